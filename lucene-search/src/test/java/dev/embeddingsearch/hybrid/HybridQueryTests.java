/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.knn.SearchScope;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TermStatistics;
import org.apache.lucene.search.Weight;
import org.apache.lucene.tests.search.CheckHits;
import org.apache.lucene.tests.search.QueryUtils;
import org.apache.lucene.util.Bits;

public class HybridQueryTests extends HybridTestCase {

    private static final double TOLERANCE = 1e-5;

    private KnnQuery nearest(KnnTarget leg, Query filter, int k) {
        return new KnnQuery(leg, filter, new KnnQuery.Options(k, k, -2, random().nextBoolean()));
    }

    private static Query filtered(Query query, Query filter) {
        return filter == null
                ? query
                : new BooleanQuery.Builder()
                        .add(query, Occur.MUST)
                        .add(filter, Occur.FILTER)
                        .build();
    }

    private static Query randomFilter() {
        return random().nextBoolean() ? null : new TermQuery(new Term(GROUP, Integer.toString(random().nextInt(3))));
    }

    private void assertScores(Map<Integer, Double> expected, Map<Integer, Float> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((doc, score) -> assertEquals("doc " + doc, score, actual.get(doc), TOLERANCE));
    }

    /** The definition, computed anew, of all documents in {@code candidates}. */
    private Map<Integer, Double> definition(
            Set<Integer> candidates, Map<String, Float> terms, KnnTarget leg, double weight) throws IOException {
        Map<Integer, Float> bm25 = scores(disjunction(terms));
        Map<Integer, Double> cosines = cosines(leg.vector());
        double bound = bound(terms);
        double mean = mean(leg);
        double range = range(leg);
        Map<Integer, Double> expected = new HashMap<>();
        for (int doc : candidates) {
            double lexical = bm25.containsKey(doc) ? bm25.get(doc) / bound : 0;
            double vector = cosines.containsKey(doc) ? vectorScore(cosines.get(doc), mean, range) : 0;
            expected.put(doc, (1 - weight) * lexical + weight * vector);
        }
        return expected;
    }

    public void testEqualsTheDefinitionWhenEveryVectorIsACandidate() throws IOException {
        index(atLeast(80));
        for (int round = 0; round < 50; round++) {
            KnnTarget leg = leg();
            Map<String, Float> terms = terms();
            double weight = random().nextInt(5) / 4.0;
            Query filter = randomFilter();
            Query lexical = filtered(disjunction(terms), filter);
            Query hybrid = new HybridQuery(lexical, nearest(leg, filter, reader.maxDoc()), leg, weight);

            Set<Integer> candidates = new HashSet<>(cosines(leg.vector()).keySet());
            if (filter != null) {
                candidates.retainAll(scores(filter).keySet());
            }
            candidates.addAll(scores(lexical).keySet());
            assertScores(definition(candidates, terms, leg, weight), scores(hybrid));
        }
    }

    public void testScoresDoNotDependOnHowManyNeighboursAreSought() throws IOException {
        index(atLeast(80));
        for (int round = 0; round < 30; round++) {
            KnnTarget leg = leg();
            Map<String, Float> terms = terms();
            int k = 1 + random().nextInt(10);
            Query lexical = disjunction(terms);
            KnnQuery exact = new KnnQuery(leg, null, new KnnQuery.Options(k, k, -2, true));

            Set<Integer> candidates = new HashSet<>(scores(lexical).keySet());
            candidates.addAll(scores(exact).keySet());
            assertScores(definition(candidates, terms, leg, 0.5), scores(new HybridQuery(lexical, exact, leg, 0.5)));
        }
    }

    public void testQueryContract() throws IOException {
        index(atLeast(50));
        for (int round = 0; round < 10; round++) {
            KnnTarget leg = leg();
            Query lexical = round == 0 ? MatchNoDocsQuery.INSTANCE : disjunction(terms());
            Query hybrid = new HybridQuery(lexical, nearest(leg, null, 5), leg, 0.3);
            QueryUtils.check(hybrid);
            CheckHits.checkExplanations(hybrid, TEXT, searcher, true);
            assertAdvances(hybrid);
        }
    }

    /** Skipping over documents must neither lose one nor change a score. */
    private void assertAdvances(Query query) throws IOException {
        Map<Integer, Float> expected = scores(query);
        Weight weight = searcher.createWeight(searcher.rewrite(query), ScoreMode.COMPLETE, 1);
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            Scorer scorer = weight.scorer(leaf);
            Bits live = leaf.reader().getLiveDocs();
            int target = random().nextInt(3);
            for (int doc = -1; scorer != null && doc != DocIdSetIterator.NO_MORE_DOCS; ) {
                doc = scorer.iterator().advance(target);
                for (int skipped = target; skipped < Math.min(doc, leaf.reader().maxDoc()); skipped++) {
                    assertFalse(expected.containsKey(leaf.docBase + skipped));
                }
                if (doc != DocIdSetIterator.NO_MORE_DOCS) {
                    if (live == null || live.get(doc)) { // of deleted documents the kNN search knows nothing
                        assertEquals(expected.get(leaf.docBase + doc), scorer.score(), TOLERANCE);
                        assertTrue(scorer.score() <= scorer.getMaxScore(doc));
                    }
                    target = doc + 1 + random().nextInt(3);
                }
            }
        }
    }

    public void testBoostMultipliesTheWholeScore() throws IOException {
        index(atLeast(50));
        KnnTarget leg = leg();
        Query hybrid = new HybridQuery(disjunction(terms()), nearest(leg, null, 10), leg, 0.5);
        Map<Integer, Float> plain = scores(hybrid);
        Map<Integer, Float> boosted = scores(new BoostQuery(hybrid, 3));
        assertFalse(plain.isEmpty());
        plain.forEach((doc, score) -> assertEquals(3 * score, boosted.get(doc), TOLERANCE));
    }

    public void testWithoutScoresMatchesTheSame() throws IOException {
        index(atLeast(50));
        KnnTarget leg = leg();
        Query hybrid = new HybridQuery(
                disjunction(terms()), new KnnQuery(leg, null, new KnnQuery.Options(7, 7, -2, true)), leg, 0.5);
        assertEquals(
                scores(hybrid).keySet(), scores(new ConstantScoreQuery(hybrid)).keySet());
        assertEquals(scores(hybrid).size(), searcher.count(hybrid));
    }

    public void testVectorOnlyScoresAreTheCalibratedCosines() throws IOException {
        index(atLeast(50));
        KnnTarget leg = leg();
        Map<Integer, Float> actual = scores(HybridQuery.vectorOnly(nearest(leg, null, reader.maxDoc()), leg));
        assertScores(definition(cosines(leg.vector()).keySet(), Map.of(), leg, 1), actual);
    }

    public void testLexicalOnlyKeepsTheLegsWeight() throws IOException {
        index(atLeast(50));
        Map<String, Float> terms = terms();
        Query lexical = disjunction(terms);
        Map<Integer, Float> actual = scores(HybridQuery.lexicalOnly(lexical, 0.25, SearchScope.NONE));
        double bound = bound(terms);
        scores(lexical).forEach((doc, bm25) -> assertEquals(0.75 * bm25 / bound, actual.get(doc), TOLERANCE));
    }

    public void testExplainsBothLegs() throws IOException {
        index(atLeast(80));
        KnnTarget leg = leg();
        Map<String, Float> terms = Map.of("w0", 2f);
        Query hybrid = new HybridQuery(disjunction(terms), nearest(leg, null, reader.maxDoc()), leg, 0.5);
        Map<Integer, Double> cosines = cosines(leg.vector());
        int doc = scores(disjunction(terms)).keySet().stream()
                .filter(cosines::containsKey)
                .findFirst()
                .orElseThrow();

        Explanation explanation = searcher.explain(hybrid, doc);
        assertEquals(scores(hybrid).get(doc), explanation.getValue().floatValue(), TOLERANCE);
        Explanation lexical = explanation.getDetails()[0];
        Explanation vector = explanation.getDetails()[1];
        assertEquals("lexical leg, product of:", lexical.getDescription());
        assertEquals("vector leg, product of:", vector.getDescription());
        Explanation[] normalised = lexical.getDetails()[1].getDetails();
        assertEquals(
                scores(disjunction(terms)).get(doc), normalised[0].getValue().floatValue(), TOLERANCE);
        assertEquals(bound(terms), normalised[1].getValue().doubleValue(), TOLERANCE);
        Explanation[] calibrated = vector.getDetails()[1].getDetails();
        assertEquals(cosines.get(doc), calibrated[0].getValue().doubleValue(), TOLERANCE);
        assertEquals(mean(leg), calibrated[1].getValue().doubleValue(), TOLERANCE);
    }

    public void testVisitorsSeeTheLexicalTerms() {
        KnnTarget leg = leg();
        Set<Term> terms = new HashSet<>();
        new HybridQuery(disjunction(Map.of("w1", 1f, "w2", 1f)), nearest(leg, null, 3), leg, 0.5)
                .visit(new QueryVisitor() {
                    @Override
                    public void consumeTerms(Query query, Term... seen) {
                        terms.addAll(List.of(seen));
                    }
                });
        assertEquals(Set.of(new Term(TEXT, "w1"), new Term(TEXT, "w2")), terms);
    }

    public void testRefusesWeightsOutsideZeroToOne() {
        KnnTarget leg = leg();
        for (double weight : new double[] {-0.1, 1.1, Double.NaN}) {
            IllegalArgumentException e = expectThrows(
                    IllegalArgumentException.class,
                    () -> new HybridQuery(MatchNoDocsQuery.INSTANCE, nearest(leg, null, 3), leg, weight));
            assertEquals("[vector_weight] expects a number from 0 to 1, got [" + weight + "]", e.getMessage());
        }
    }

    public void testNeverAsksForStatisticsWhileOnlyAWeightIsMade() throws IOException {
        index(atLeast(30));
        KnnTarget leg = leg();
        Query hybrid =
                searcher.rewrite(new HybridQuery(disjunction(Map.of("absent", 1f)), nearest(leg, null, 3), leg, 0.5));
        Set<Term> asked = new HashSet<>();
        var recording = new IndexSearcher(searcher.getIndexReader()) {
            @Override
            public TermStatistics termStatistics(Term term, int docFreq, long totalTermFreq) throws IOException {
                asked.add(term);
                return super.termStatistics(term, docFreq, totalTermFreq);
            }
        };
        recording.createWeight(hybrid, ScoreMode.COMPLETE, 1);
        assertEquals("a shard gathering statistics must not report terms it does not hold", Set.of(), asked);
    }
}
