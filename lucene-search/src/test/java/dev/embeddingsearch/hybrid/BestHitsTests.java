/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.knn.SearchCounters;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;

/** A search that wants nothing but its best hits finds those of scoring everything. */
public class BestHitsTests extends PruningTestCase {

    public void testFindsTheSameWhenOnlyTheBestHitsAreWanted() throws IOException {
        index(atLeast(400));
        for (int round = 0; round < 200; round++) {
            assertSameBest(hybrid(), 1 + random().nextInt(8));
        }
    }

    public void testFindsTheSameBestHitsInOneSegmentWithLongPostings() throws IOException {
        index(2000, true);
        for (int round = 0; round < 100; round++) {
            assertSameBest(hybrid(), 1 + random().nextInt(20));
        }
    }

    private void assertSameBest(HybridQuery hybrid, int size) throws IOException {
        TopDocs expected = top(plainSearcher(), hybrid, size, null, Integer.MAX_VALUE);
        HybridQuery best = hybrid.forBest(size);
        for (IndexSearcher each :
                List.of(plainSearcher(), windowedSearcher(), concurrentSearcher(), steppingSearcher())) {
            TopDocs counted = top(each, best, size, null, Integer.MAX_VALUE);
            assertSameHits(expected.scoreDocs, counted.scoreDocs, best);
            assertEquals(expected.totalHits, counted.totalHits);
            assertSameHits(expected.scoreDocs, top(each, best, size, null, 1 + random().nextInt(50)).scoreDocs, best);
        }
    }

    public void testComparesFewVectorsForTheBestHitsEvenWhenAllAreCounted() throws IOException {
        index(2000, true);
        KnnTarget leg = leg();
        KnnQuery nearest = new KnnQuery(leg, null, new KnnQuery.Options(50, 50, -2, true));
        HybridQuery complete = new HybridQuery(new TermQuery(new Term(TEXT, "w1")), nearest, leg, 0.9);
        for (IndexSearcher each : List.of(plainSearcher(), steppingSearcher())) {
            HybridQuery all = (HybridQuery) each.rewrite(complete);
            HybridQuery best = (HybridQuery) each.rewrite(complete.forBest(3));
            top(each, all, 3, null, Integer.MAX_VALUE);
            top(each, best, 3, null, Integer.MAX_VALUE);
            long compared = best.work().get(SearchCounters.Count.EXACT_SIMILARITIES);
            long completely = all.work().get(SearchCounters.Count.EXACT_SIMILARITIES);
            assertTrue(compared + " of " + completely, compared < completely / 2);
            assertTrue(completely <= compared + best.work().get(SearchCounters.Count.DOCUMENTS_PRUNED));
        }
    }

    public void testCountsTheSameWorkStepByStep() throws IOException {
        index(2000, true);
        for (int round = 0; round < 20; round++) {
            HybridQuery best = hybrid().forBest(1 + random().nextInt(20));
            Query collected = plainSearcher().rewrite(best);
            Query stepped = plainSearcher().rewrite(best);
            top(plainSearcher(), collected, best.hits(), null, Integer.MAX_VALUE);
            top(steppingSearcher(), stepped, best.hits(), null, Integer.MAX_VALUE);
            for (SearchCounters.Count count : SearchCounters.Count.values()) {
                assertEquals(best + ": " + count, work(collected, count), work(stepped, count));
            }
        }
    }

    private static long work(Query query, SearchCounters.Count count) {
        return query instanceof HybridQuery hybrid ? hybrid.work().get(count) : 0;
    }
}
