/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rank;

import org.apache.lucene.tests.util.LuceneTestCase;

public class RankFusionTests extends LuceneTestCase {

    public void testFirstOfBothListsHasAScoreOfOne() {
        assertEquals(1, new RankFusion(random().nextFloat(), 1 + random().nextInt(100)).score(new Ranks(1, 1)), 1e-6);
    }

    public void testIsThePlainSumScaled() {
        RankFusion fusion = new RankFusion(0.5f, 60);
        assertEquals(0.5 * 61 * (1 / 63.0 + 1 / 67.0), fusion.score(new Ranks(3, 7)), 1e-6);
        assertEquals(0.5 * 61 / 63.0, fusion.score(new Ranks(3, 0)), 1e-6);
        assertEquals(0.5 * 61 / 67.0, fusion.score(new Ranks(0, 7)), 1e-6);
    }

    public void testWeightsTheRanks() {
        RankFusion fusion = new RankFusion(0.25f, 10);
        assertEquals(0.75 * 11 / 12.0 + 0.25 * 11 / 20.0, fusion.score(new Ranks(2, 10)), 1e-6);
        assertEquals(0, new RankFusion(1, 60).score(new Ranks(1, 0)), 0);
    }

    public void testLargestRankConstantDoesNotOverflow() {
        assertEquals(1, new RankFusion(0.5f, Integer.MAX_VALUE).score(new Ranks(9, 9)), 1e-6);
    }

    public void testReportsWhatIsWrong() {
        assertFails("[rank_constant] expects an integer of at least 1, got [0]", () -> new RankFusion(0.5f, 0));
        assertFails("[vector_weight] expects a number from 0 to 1, got [-0.5]", () -> new RankFusion(-0.5f, 60));
        assertFails("[vector_weight] expects a number from 0 to 1, got [NaN]", () -> new RankFusion(Float.NaN, 60));
        assertFails("ranks expect a place from 1 in at least one list, got [0] and [0]", () -> new Ranks(0, 0));
        assertFails("ranks expect a place from 1 in at least one list, got [1] and [-1]", () -> new Ranks(1, -1));
    }

    private static void assertFails(String message, ThrowingRunnable runnable) {
        assertEquals(
                message, expectThrows(IllegalArgumentException.class, runnable).getMessage());
    }
}
