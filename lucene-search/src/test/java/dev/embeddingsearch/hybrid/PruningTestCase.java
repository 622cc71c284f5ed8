/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnTarget;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BulkScorer;
import org.apache.lucene.search.Collector;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LeafCollector;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.search.Weight;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.NamedThreadFactory;

/** Queries of all kinds, and searchers that go through their matches in different ways. */
abstract class PruningTestCase extends HybridTestCase {

    private ExecutorService threads;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        threads = Executors.newFixedThreadPool(2, new NamedThreadFactory("pruning"));
    }

    @Override
    public void tearDown() throws Exception {
        TestUtil.shutdownExecutorService(threads);
        super.tearDown();
    }

    /** The best hits; {@code threshold} hits are counted before any may be skipped. */
    static TopDocs top(IndexSearcher searcher, Query query, int size, ScoreDoc after, int threshold)
            throws IOException {
        return searcher.search(query, new TopScoreDocCollectorManager(size, after, threshold));
    }

    static void assertSameHits(ScoreDoc[] expected, ScoreDoc[] actual, Query query) {
        assertEquals(query.toString(), expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(query + " at " + i, expected[i].doc, actual[i].doc);
            assertEquals(query + " at " + i, expected[i].score, actual[i].score, 1e-6);
        }
    }

    static Query lexical() {
        Term term = new Term(TEXT, word());
        return switch (random().nextInt(6)) {
            case 0 -> new TermQuery(term);
            case 1 -> new PhraseQuery(random().nextInt(3), TEXT, word(), word());
            case 2 ->
                new BooleanQuery.Builder()
                        .add(disjunction(terms()), Occur.MUST)
                        .add(new TermQuery(term), Occur.SHOULD)
                        .build();
            case 3 ->
                new DisjunctionMaxQuery(List.of(disjunction(terms()), new TermQuery(term)), random().nextInt(2) / 2f);
            default -> disjunction(terms());
        };
    }

    static Query group() {
        return new TermQuery(new Term(GROUP, Integer.toString(random().nextInt(3))));
    }

    static Query filtered(Query query, Query filter) {
        return new BooleanQuery.Builder()
                .add(query, Occur.MUST)
                .add(filter, Occur.FILTER)
                .build();
    }

    /** A query with an exact kNN list: whole, cut by similarity, under the lexical filter or under another one. */
    HybridQuery hybrid() {
        KnnTarget leg = leg();
        int k = 1 + random().nextInt(12);
        double minSimilarity = random().nextInt(3) == 0 ? random().nextDouble() : -2;
        int candidates = k + random().nextInt(2) * random().nextInt(30);
        KnnQuery.Options options = new KnnQuery.Options(k, candidates, minSimilarity, true);
        Query filter = random().nextBoolean() ? null : group();
        Query lexical = lexical();
        boolean same = filter != null && random().nextInt(4) > 0;
        return new HybridQuery(
                same ? filtered(lexical, filter) : lexical,
                new KnnQuery(leg, filter, options),
                leg,
                random().nextInt(11) / 10.0);
    }

    /** Without the checks of the test framework, which refuse minimum scores that Lucene passes to clauses. */
    IndexSearcher plainSearcher() {
        return withBm25(new IndexSearcher(reader));
    }

    static IndexSearcher withBm25(IndexSearcher searcher) {
        searcher.setSimilarity(new BM25Similarity());
        return searcher;
    }

    /** Scores each segment in windows, as a search that can be cancelled does. */
    IndexSearcher windowedSearcher() {
        return withBm25(new IndexSearcher(reader) {
            @Override
            protected void searchLeaf(
                    LeafReaderContext leaf, int minDocId, int maxDocId, Weight weight, Collector collector)
                    throws IOException {
                BulkScorer scorer = weight.bulkScorer(leaf);
                LeafCollector collecting = collector.getLeafCollector(leaf);
                int end = leaf.reader().maxDoc();
                for (int from = 0; scorer != null && from < end; ) {
                    int to = Math.min(end, from + 1 + random().nextInt(40));
                    from = scorer.score(collecting, leaf.reader().getLiveDocs(), from, to);
                }
                collecting.finish();
            }
        });
    }

    /** Searches each segment by itself, on several threads. */
    IndexSearcher concurrentSearcher() {
        return withBm25(new IndexSearcher(reader, threads) {
            @Override
            protected LeafSlice[] slices(List<LeafReaderContext> leaves) {
                return slices(leaves, 1, 1, false);
            }
        });
    }

    /** Walks a segment's matches one by one, as a profile does, instead of having them collected. */
    IndexSearcher steppingSearcher() {
        return withBm25(new IndexSearcher(reader) {
            @Override
            protected void searchLeaf(
                    LeafReaderContext leaf, int minDocId, int maxDocId, Weight weight, Collector collector)
                    throws IOException {
                Scorer scorer = weight.scorer(leaf);
                LeafCollector collecting = collector.getLeafCollector(leaf);
                if (scorer != null) {
                    collecting.setScorer(scorer);
                    Bits live = leaf.reader().getLiveDocs();
                    DocIdSetIterator matches = scorer.iterator();
                    for (int doc = matches.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = matches.nextDoc()) {
                        if (live == null || live.get(doc)) {
                            collecting.collect(doc);
                        }
                    }
                }
                collecting.finish();
            }
        });
    }
}
