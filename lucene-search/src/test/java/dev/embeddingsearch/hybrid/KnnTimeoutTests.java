/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnResult;
import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.knn.SearchCounters;
import dev.embeddingsearch.knn.UnseenBound;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.opensearch.core.tasks.TaskCancelledException;
import org.opensearch.search.internal.ContextIndexSearcher;
import org.opensearch.search.query.QueryPhase;

/** What the kNN search does when the search around it is cancelled or out of time, in OpenSearch's own searcher. */
public class KnnTimeoutTests extends HybridTestCase {

    private ContextIndexSearcher openSearch() throws IOException {
        return new ContextIndexSearcher(
                reader, new BM25Similarity(), null, IndexSearcher.getDefaultQueryCachingPolicy(), true, null, null);
    }

    private HybridQuery hybrid(ContextIndexSearcher watched, boolean exact) throws IOException {
        KnnTarget leg = leg();
        KnnQuery.Options options = new KnnQuery.Options(20, 100, -2, exact);
        Query query = new HybridQuery(new TermQuery(new Term(TEXT, "w0")), new KnnQuery(leg, null, options), leg, 0.5);
        return (HybridQuery) watched.rewrite(query);
    }

    public void testEndsEarlyAndLeavesItToTheSearchToSayWhy() throws IOException {
        index(1000, true);
        for (RuntimeException reason :
                List.of(new TaskCancelledException("by the test"), new QueryPhase.TimeExceededException())) {
            for (boolean exact : new boolean[] {true, false}) {
                try (ContextIndexSearcher watched = openSearch()) {
                    HybridQuery hybrid = hybrid(watched, exact);
                    AtomicInteger checks = new AtomicInteger();
                    watched.addQueryCancellation(() -> {
                        checks.incrementAndGet();
                        throw reason;
                    });
                    KnnResult cut = nearest(hybrid, watched);
                    assertFalse("the reader was asked " + checks + " times", cut.complete());
                    assertEquals(1, checks.get());
                    assertEquals(UnseenBound.UNKNOWN, cut.unseen());
                    expectThrows(
                            reason.getClass(), () -> reader(watched).terms(TEXT).iterator());
                }
            }
        }
    }

    private static KnnResult nearest(HybridQuery hybrid, ContextIndexSearcher watched) throws IOException {
        return hybrid.nearest(hybrid.knnSearch(watched));
    }

    private static LeafReader reader(ContextIndexSearcher searcher) {
        return searcher.getLeafContexts().get(0).reader();
    }

    public void testWatchesAllTheWay() throws IOException {
        index(5000, true);
        try (ContextIndexSearcher watched = openSearch()) {
            AtomicInteger checks = new AtomicInteger();
            watched.addQueryCancellation(checks::incrementAndGet);
            assertTrue(nearest(hybrid(watched, false), watched).complete());
            int ofGraph = checks.getAndSet(0);
            assertTrue("asked " + ofGraph + " times", ofGraph > 1);
        }
    }

    public void testSeeksOnceForAllWeights() throws IOException {
        index(200);
        try (ContextIndexSearcher watched = openSearch()) {
            HybridQuery hybrid = hybrid(watched, random().nextBoolean());
            assertEquals(0, hybrid.work().get(SearchCounters.Count.KNN_VECTORS_VISITED));
            watched.createWeight(hybrid, ScoreMode.COMPLETE, 1);
            KnnResult first = nearest(hybrid, watched);
            watched.createWeight(hybrid, ScoreMode.TOP_SCORES, 1);
            assertSame(first, nearest(hybrid, watched));
        }
    }
}
