/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.knn.UnseenBound;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.CollectorManager;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FilterCollector;
import org.apache.lucene.search.FilterLeafCollector;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LeafCollector;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.search.Weight;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.QueryBitSetProducer;
import org.apache.lucene.search.join.ToParentBlockJoinQuery;

/** Skipping changes how much is computed, never what is found. */
public class PruningTests extends PruningTestCase {

    private void assertSameTop(Query query, int size) throws IOException {
        assertSameTop(query, size, null);
        ScoreDoc[] first = top(plainSearcher(), query, size, null, Integer.MAX_VALUE).scoreDocs;
        if (first.length == size) {
            assertSameTop(query, size, first[size - 1]);
        }
    }

    private void assertSameTop(Query query, int size, ScoreDoc after) throws IOException {
        ScoreDoc[] expected = top(plainSearcher(), query, size, after, Integer.MAX_VALUE).scoreDocs;
        assertSameHits(expected, top(plainSearcher(), query, size, after, 1).scoreDocs, query);
        assertSameHits(expected, top(windowedSearcher(), query, size, after, 1).scoreDocs, query);
        assertSameHits(expected, top(concurrentSearcher(), query, size, after, 1).scoreDocs, query);
    }

    private static Query around(Query hybrid) {
        return switch (random().nextInt(10)) {
            case 0 -> new BoostQuery(hybrid, 0.1f + 5 * random().nextFloat());
            case 4 -> new DisjunctionMaxQuery(List.of(hybrid, lexical()), random().nextInt(2) / 2f);
            case 5 ->
                new BooleanQuery.Builder()
                        .add(lexical(), Occur.MUST)
                        .add(hybrid, random().nextBoolean() ? Occur.FILTER : Occur.SHOULD)
                        .build();
            case 6 ->
                new BooleanQuery.Builder()
                        .add(hybrid, Occur.MUST)
                        .add(group(), Occur.MUST_NOT)
                        .build();
            case 1 -> filtered(hybrid, group());
            case 2 ->
                new BooleanQuery.Builder()
                        .add(hybrid, Occur.SHOULD)
                        .add(new TermQuery(new Term(TEXT, word())), Occur.SHOULD)
                        .build();
            case 3 ->
                new BooleanQuery.Builder()
                        .add(hybrid, Occur.MUST)
                        .add(new TermQuery(new Term(TEXT, word())), random().nextBoolean() ? Occur.MUST : Occur.SHOULD)
                        .build();
            default -> hybrid;
        };
    }

    public void testFindsTheSameAsCompleteScoring() throws IOException {
        index(atLeast(400));
        for (int round = 0; round < 400; round++) {
            assertSameTop(around(hybrid()), 1 + random().nextInt(5));
        }
    }

    public void testFindsTheSameInOneSegmentWithLongPostings() throws IOException {
        index(2000, true);
        for (int round = 0; round < 100; round++) {
            assertSameTop(around(hybrid()), 1 + random().nextInt(20));
        }
    }

    public void testCountsAllHitsUnlessAskedNotTo() throws IOException {
        index(atLeast(300));
        for (int round = 0; round < 50; round++) {
            Query hybrid = hybrid();
            TopDocs all = top(concurrentSearcher(), hybrid, 3, null, Integer.MAX_VALUE);
            assertEquals(TotalHits.Relation.EQUAL_TO, all.totalHits.relation());
            assertEquals(scores(hybrid).size(), all.totalHits.value());
        }
    }

    public void testParentsOfNestedDocumentsAreTheSame() throws IOException {
        index(atLeast(400));
        BitSetProducer parents = new QueryBitSetProducer(new TermQuery(new Term(GROUP, "2")));
        for (int round = 0; round < 100; round++) {
            Query children = new BooleanQuery.Builder()
                    .add(hybrid(), Occur.MUST)
                    .add(new TermQuery(new Term(GROUP, "2")), Occur.MUST_NOT)
                    .build();
            org.apache.lucene.search.join.ScoreMode mode =
                    RandomPicks.randomFrom(random(), org.apache.lucene.search.join.ScoreMode.values());
            assertSameTop(new ToParentBlockJoinQuery(children, parents, mode), 1 + random().nextInt(5));
        }
    }

    public void testNearestDocumentsKeepTheScoresThatTheLexicalLegSkips() throws IOException {
        index(atLeast(300));
        IndexSearcher plain = plainSearcher();
        for (int round = 0; round < 50; round++) {
            HybridQuery hybrid = hybrid();
            Map<Integer, Float> complete = scores(hybrid);
            float threshold = random().nextFloat();
            Weight weight = plain.createWeight(plain.rewrite(hybrid), ScoreMode.TOP_SCORES, 1);
            for (LeafReaderContext leaf : reader.leaves()) {
                assertSkipping(topLevelScorer(weight, leaf), leaf, threshold, complete);
            }
        }
    }

    private static Scorer topLevelScorer(Weight weight, LeafReaderContext leaf) throws IOException {
        ScorerSupplier supplier = weight.scorerSupplier(leaf);
        if (supplier == null) {
            return null;
        }
        supplier.setTopLevelScoringClause();
        return supplier.get(Long.MAX_VALUE);
    }

    private static void assertSkipping(
            Scorer scorer, LeafReaderContext leaf, float threshold, Map<Integer, Float> complete) throws IOException {
        if (scorer == null) {
            return;
        }
        scorer.setMinCompetitiveScore(threshold);
        int next = 0;
        while (next < leaf.reader().maxDoc()) {
            int blockEnd = scorer.advanceShallow(next);
            float blockMaximum = scorer.getMaxScore(blockEnd);
            int doc = scorer.iterator().advance(next);
            for (int skipped = next; skipped < Math.min(doc, leaf.reader().maxDoc()); skipped++) {
                assertTrue(complete.getOrDefault(leaf.docBase + skipped, 0f) < threshold);
            }
            if (doc == DocIdSetIterator.NO_MORE_DOCS) {
                return;
            }
            scorer.advanceShallow(doc);
            float maximum = scorer.getMaxScore(doc);
            Float expected = complete.get(leaf.docBase + doc);
            if (expected != null) { // deleted documents are bounded by nothing: the kNN search does not see them
                assertTrue(doc > blockEnd || scorer.score() <= blockMaximum);
                assertTrue(scorer.score() + " exceeds " + maximum, scorer.score() <= maximum);
                assertEquals(expected, scorer.score(), 1e-6);
            }
            next = doc + 1;
        }
    }

    public void testWhatIsKnownOfTheDocumentsOutside() throws IOException {
        index(atLeast(100));
        KnnTarget leg = leg();
        double unknown = Double.POSITIVE_INFINITY;
        int most = reader.maxDoc();
        double last = cosines(leg.vector()).values().stream()
                .sorted((a, b) -> Double.compare(b, a))
                .skip(4)
                .findFirst()
                .orElseThrow();
        assertOutside(last, last, leg, new KnnQuery.Options(5, 5, -2, true), null);
        assertOutside(unknown, last, leg, new KnnQuery.Options(5, most, -2, false), null);
        assertOutside(-2, -2, leg, new KnnQuery.Options(most, most, -2, true), null);
        assertOutside(1.5, 1.5, leg, new KnnQuery.Options(5, 5, 1.5, true), null);
        assertOutside(unknown, unknown, leg, new KnnQuery.Options(5, 5, 1.5, false), null);
        Query filter = new TermQuery(new Term(GROUP, "1"));
        assertOutside(unknown, unknown, leg, new KnnQuery.Options(5, 5, -2, true), filter);
    }

    private void assertOutside(double certain, double likely, KnnTarget leg, KnnQuery.Options options, Query filter)
            throws IOException {
        HybridQuery hybrid =
                new HybridQuery(new TermQuery(new Term(TEXT, "w0")), new KnnQuery(leg, filter, options), leg, 0.5);
        HybridQuery rewritten = (HybridQuery) searcher.rewrite(hybrid);
        UnseenBound outside = rewritten.nearest(rewritten.knnSearch(searcher)).unseen();
        assertEquals(certain, outside.certain(), 1e-5);
        assertEquals(likely, outside.likely(), 1e-5);
    }

    public void testApproximateListsOnlyLoseWhatTheGraphOverlooked() throws IOException {
        index(atLeast(400));
        for (int round = 0; round < 200; round++) {
            KnnTarget leg = leg();
            int k = 1 + random().nextInt(10);
            Query approximate = searcher.rewrite(new KnnQuery(leg, null, new KnnQuery.Options(k, k, -2, false)));
            KnnQuery exact = new KnnQuery(leg, null, new KnnQuery.Options(k, k, -2, true));
            HybridQuery hybrid = new HybridQuery(
                    lexical(), new KnnQuery(leg, null, new KnnQuery.Options(k, k, -2, false)), leg, 0.5);
            if (scores(approximate).keySet().equals(scores(exact).keySet())) {
                assertSameTop(hybrid, 1 + random().nextInt(5));
            } else {
                Map<Integer, Float> complete = scores(hybrid);
                for (ScoreDoc hit : top(plainSearcher(), hybrid, 3, null, 1).scoreDocs) {
                    assertEquals(complete.get(hit.doc), hit.score, 1e-6);
                }
            }
        }
    }

    public void testPassesOverMostMatchesOfACommonTerm() throws IOException {
        index(4000);
        IndexSearcher plain = plainSearcher();
        KnnTarget leg = new KnnTarget(VECTOR, unitVector(), leg().similarity(), 0);
        Query hybrid = new HybridQuery(
                new TermQuery(new Term(TEXT, "w0")),
                new KnnQuery(leg, null, new KnnQuery.Options(20, 20, -2, true)),
                leg,
                0.5);
        int complete = collected(plain, hybrid, Integer.MAX_VALUE);
        int pruned = collected(plain, hybrid, 1);
        assertTrue("matches " + complete, complete > 1000);
        assertTrue(pruned + " of " + complete, pruned < complete / 2);
    }

    /** How many documents reach the collector: so many have both legs computed. */
    private static int collected(IndexSearcher searcher, Query query, int threshold) throws IOException {
        var top = new TopScoreDocCollectorManager(5, null, threshold).newCollector();
        int[] count = new int[1];
        searcher.search(query, new CollectorManager<FilterCollector, Void>() {
            @Override
            public FilterCollector newCollector() {
                return new FilterCollector(top) {
                    @Override
                    public LeafCollector getLeafCollector(LeafReaderContext context) throws IOException {
                        return new FilterLeafCollector(super.getLeafCollector(context)) {
                            @Override
                            public void collect(int doc) throws IOException {
                                count[0]++;
                                super.collect(doc);
                            }
                        };
                    }
                };
            }

            @Override
            public Void reduce(Collection<FilterCollector> collectors) {
                return null;
            }
        });
        return count[0];
    }
}
