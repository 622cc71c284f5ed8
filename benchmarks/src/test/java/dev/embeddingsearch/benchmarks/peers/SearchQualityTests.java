/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import static org.junit.Assert.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.Test;

public class SearchQualityTests {

    @Test
    public void recallIsTheShareOfTheTrueOnes() {
        Set<String> truth = Set.of("a", "b", "c", "d");
        assertEquals(1, SearchQuality.recall(List.of("d", "c", "b", "a"), truth), 0);
        assertEquals(.5, SearchQuality.recall(List.of("a", "x", "b"), truth), 0);
        assertEquals(.25, SearchQuality.recall(List.of("a", "a"), truth), 0);
        assertEquals(0, SearchQuality.recall(List.of(), truth), 0);
    }
}
