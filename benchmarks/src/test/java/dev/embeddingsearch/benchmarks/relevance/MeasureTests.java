/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import static org.junit.Assert.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.Test;

public class MeasureTests {

    private static final double EXACT = 1e-12;

    @Test
    public void testOneAnswerOnRankThree() {
        List<String> found = List.of("x", "y", "right");
        Map<String, Integer> grades = Map.of("right", 1);
        assertEquals(0.5, Measure.NDCG_10.of(found, grades), EXACT);
        assertEquals(1.0 / 3, Measure.MRR_10.of(found, grades), EXACT);
        assertEquals(1, Measure.RECALL_100.of(found, grades), EXACT);
    }

    @Test
    public void testHigherGradesBelongFirst() {
        Map<String, Integer> grades = Map.of("good", 2, "fair", 1, "wrong", 0);
        double second = Math.log(2) / Math.log(3);
        assertEquals(1, Measure.NDCG_10.of(List.of("good", "fair", "wrong"), grades), EXACT);
        assertEquals((1 + 3 * second) / (3 + second), Measure.NDCG_10.of(List.of("fair", "good"), grades), EXACT);
    }

    @Test
    public void testDepths() {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            found.add("d" + i);
        }
        assertEquals(0, Measure.NDCG_10.of(found, Map.of("d10", 1)), 0);
        assertEquals(0, Measure.MRR_10.of(found, Map.of("d10", 1)), 0);
        assertEquals(0.1, Measure.MRR_10.of(found, Map.of("d9", 1)), EXACT);
        assertEquals(0.5, Measure.RECALL_100.of(found, Map.of("d99", 1, "d100", 1, "d0", 0)), EXACT);
    }

    @Test
    public void testNothingFound() {
        for (Measure measure : Measure.values()) {
            assertEquals(measure.title(), 0, measure.of(List.of(), Map.of("right", 1)), 0);
        }
    }
}
