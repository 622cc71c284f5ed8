/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import dev.embeddingsearch.hybrid.HybridTestCase;
import java.io.IOException;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.TermQuery;

public class KnnQueryTests extends HybridTestCase {

    private Set<Integer> nearest(Map<Integer, Double> cosines, int k) {
        return cosines.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(k)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    public void testExactFindsTheNearest() throws IOException {
        index(atLeast(100));
        for (int round = 0; round < 20; round++) {
            KnnTarget leg = leg();
            int k = 1 + random().nextInt(20);
            KnnQuery query = new KnnQuery(leg, null, new KnnQuery.Options(k, k, -2, true));
            assertEquals(nearest(cosines(leg.vector()), k), scores(query).keySet());
        }
    }

    public void testFilterIsAppliedBeforeTheNearestAreCut() throws IOException {
        index(atLeast(100));
        KnnTarget leg = leg();
        TermQuery filter = new TermQuery(new Term(GROUP, "1"));
        Map<Integer, Double> allowed = cosines(leg.vector());
        allowed.keySet().retainAll(scores(filter).keySet());
        for (boolean exact : new boolean[] {true, false}) {
            int candidates = reader.maxDoc();
            KnnQuery query = new KnnQuery(leg, filter, new KnnQuery.Options(5, candidates, -2, exact));
            assertEquals(nearest(allowed, 5), scores(query).keySet());
        }
    }

    public void testMoreCandidatesThanResults() throws IOException {
        index(atLeast(100));
        KnnTarget leg = leg();
        KnnQuery query = new KnnQuery(leg, null, new KnnQuery.Options(3, reader.maxDoc(), -2, false));
        assertEquals(nearest(cosines(leg.vector()), 3), scores(query).keySet());
    }

    public void testLeavesOutWhatIsNotSimilarEnough() throws IOException {
        index(atLeast(100));
        KnnTarget leg = leg();
        Map<Integer, Double> cosines = cosines(leg.vector());
        double median = cosines.values().stream()
                        .sorted()
                        .skip(cosines.size() / 2)
                        .findFirst()
                        .orElseThrow()
                + 1e-6;
        KnnQuery query = new KnnQuery(leg, null, new KnnQuery.Options(reader.maxDoc(), reader.maxDoc(), median, false));
        Set<Integer> similar = cosines.entrySet().stream()
                .filter(entry -> entry.getValue() >= median)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        assertEquals(similar, scores(query).keySet());
    }

    public void testRefusesOptionsThatDoNotFit() {
        IllegalArgumentException e =
                expectThrows(IllegalArgumentException.class, () -> new KnnQuery.Options(10, 9, -2, false));
        assertEquals("expected 1 <= [k] <= [num_candidates], got k [10] and num_candidates [9]", e.getMessage());
    }
}
