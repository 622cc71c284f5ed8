/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Test;

public class FusionTests {

    private static final double EXACT = 1e-12;

    private final List<Hit> words = List.of(new Hit("a", 9), new Hit("b", 5), new Hit("c", 1));
    private final List<Hit> vectors = List.of(new Hit("b", .9), new Hit("d", .8), new Hit("e", .4));

    @Test
    public void testReciprocalRanks() {
        List<Hit> fused = Fusion.reciprocalRanks(List.of(words, vectors), 3);
        assertEquals(List.of("b", "a", "d", "c", "e"), ids(fused));
        assertEquals(1.0 / 62 + 1.0 / 61, fused.getFirst().score(), EXACT);
        assertEquals(1.0 / 63, fused.getLast().score(), EXACT);
    }

    @Test
    public void testShortListsLackWhatIsBehindTheirEnd() {
        List<Hit> fused = Fusion.reciprocalRanks(List.of(words, vectors), 1);
        assertEquals(List.of("a", "b"), ids(fused));
        assertEquals(1.0 / 61, fused.getLast().score(), EXACT);
    }

    @Test
    public void testMinMax() {
        List<Hit> fused = Fusion.minMax(List.of(words, vectors));
        assertEquals(List.of("b", "a", "d", "c", "e"), ids(fused));
        assertEquals((0.5 + 1) / 2, fused.get(0).score(), EXACT);
        assertEquals(0.5, fused.get(1).score(), EXACT);
        assertEquals(0.4, fused.get(2).score(), EXACT);
        assertEquals(0.0005, fused.get(3).score(), EXACT);
    }

    @Test
    public void testMinMaxOfEqualScoresIsOne() {
        List<Hit> equal = List.of(new Hit("a", 3), new Hit("b", 3));
        assertEquals(List.of(new Hit("a", .5), new Hit("b", .5)), Fusion.minMax(List.of(equal, List.of())));
    }

    private static List<String> ids(List<Hit> hits) {
        return hits.stream().map(Hit::id).toList();
    }
}
