/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.opensearch.index.query.QueryBuilders.boolQuery;
import static org.opensearch.index.query.QueryBuilders.functionScoreQuery;
import static org.opensearch.index.query.QueryBuilders.nestedQuery;
import static org.opensearch.index.query.QueryBuilders.termQuery;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertNoFailures;

import dev.embeddingsearch.search.HybridScoresExt;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.join.ScoreMode;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressCodecs;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.common.document.DocumentField;
import org.opensearch.index.query.BoostingQueryBuilder;
import org.opensearch.index.query.InnerHitBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.search.SearchHit;
import org.opensearch.search.aggregations.AggregationBuilders;
import org.opensearch.search.aggregations.bucket.terms.Terms;
import org.opensearch.search.aggregations.metrics.TopHits;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.collapse.CollapseBuilder;
import org.opensearch.test.OpenSearchIntegTestCase;
import org.opensearch.test.OpenSearchTestCase;

/** What {@code hybrid_scores} tells of hits, wherever they stand. */
@SuppressCodecs("*") // the index uses its own
@OpenSearchIntegTestCase.ClusterScope(scope = OpenSearchIntegTestCase.Scope.SUITE, numDataNodes = 1)
public class LegScoresIT extends HybridSearchTestCase {

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> legs(SearchHit hit) {
        DocumentField told = hit.field(HybridScoresExt.NAME);
        return told == null
                ? List.of()
                : told.getValues().stream()
                        .map(value -> (Map<String, Object>) value)
                        .toList();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> leg(Map<String, Object> told, String leg) {
        return (Map<String, Object>) told.get(leg);
    }

    /** The score that a hybrid query's entry adds up to. */
    private static double sum(Map<String, Object> told) {
        return weighed(leg(told, "lexical")) + weighed(leg(told, "vector"));
    }

    private static SearchSourceBuilder telling(QueryBuilder query) {
        return new SearchSourceBuilder().query(query).size(50).ext(List.of(new HybridScoresExt(true)));
    }

    private static SearchResponse search(SearchSourceBuilder source) {
        SearchResponse response =
                client().prepareSearch(INDEX).setSource(source).get();
        assertNoFailures(response);
        return response;
    }

    public void testTellsTheScoresOfBothLegs() {
        SearchSourceBuilder source = telling(boolQuery().must(hybrid("")).filter(termQuery("group", "g1")));
        SearchResponse response = search(source);
        assertTrue(response.getHits().getHits().length > 5);
        for (SearchHit hit : response.getHits()) {
            assertEquals(1, legs(hit).size());
            assertEquals(hit.getScore(), sum(legs(hit).get(0)), 1e-5);
            Map<String, Object> lexical = leg(legs(hit).get(0), "lexical");
            Map<String, Object> vector = leg(legs(hit).get(0), "vector");
            List<String> matched = Arrays.asList(hit.getMatchedQueries());
            assertEquals(matched.contains("words"), lexical.get("matched"));
            assertEquals(matched.contains("near"), vector.get("matched"));
            assertEquals(vector.get("matched"), vector.containsKey("rank"));
            if (matched.contains("words")) {
                assertEquals(number(lexical, "raw") / number(lexical, "bound"), number(lexical, "normalized"), 1e-5);
            }
            double part = Math.max(0, (number(vector, "raw") - number(vector, "mean")) / number(vector, "range"));
            assertEquals(part * part, number(vector, "normalized"), 1e-5);
        }
        source.ext(List.of(new HybridScoresExt(false)));
        assertEquals(List.of(), legs(search(source).getHits().getAt(0)));
    }

    public void testWeightsOfTheLegsHoldTheBoosts() {
        float boost = randomFrom(0.25f, 3f);
        QueryBuilder boosted = OpenSearchTestCase.<QueryBuilder>randomFrom(
                hybrid("").boost(boost),
                boolQuery().must(hybrid("")).filter(termQuery("group", "g1")).boost(boost),
                boolQuery()
                        .should(boolQuery().must(hybrid("").boost(boost / 2)))
                        .boost(2),
                functionScoreQuery(hybrid("").boost(boost)));
        boolean ofIndex = randomBoolean();
        SearchSourceBuilder source = telling(boosted).explain(true);
        SearchResponse response = search(ofIndex ? source.indexBoost(INDEX, 2) : source);
        assertTrue(response.getHits().getHits().length > 5);
        for (SearchHit hit : response.getHits()) {
            Map<String, Object> told = legs(hit).get(0);
            assertEquals(boosted.toString(), hit.getScore(), sum(told), 1e-5);
            assertEquals(
                    boost * (ofIndex ? 2 : 1),
                    number(leg(told, "lexical"), "weight") + number(leg(told, "vector"), "weight"),
                    1e-5);
            explained(hit.getExplanation(), "lexical leg, product of:")
                    .forEach(weight -> assertEquals(number(leg(told, "lexical"), "weight"), weight, 1e-6));
            explained(hit.getExplanation(), "vector leg, product of:")
                    .forEach(weight -> assertEquals(number(leg(told, "vector"), "weight"), weight, 1e-6));
        }
    }

    public void testEachQueryTellsItsOwnWeights() {
        HybridMatchQueryBuilder query = unnamed("");
        QueryBuilder boosted =
                boolQuery().must(query).filter(termQuery("group", "g1")).boost(3);
        for (SearchHit hit :
                search(telling(boolQuery().should(query).should(boosted))).getHits()) {
            List<Double> sums =
                    legs(hit).stream().map(LegScoresIT::sum).sorted().toList();
            assertEquals(2, sums.size());
            assertEquals(3 * sums.get(0), sums.get(1), 1e-5);
            boolean both = hit.getSourceAsMap().get("group").equals("g1");
            assertEquals(hit.getScore(), sums.get(0) * (both ? 4 : 1), 1e-5);
        }
    }

    /** A script and a boosting query take the score without their boost, as explanations say. */
    public void testWeightsAreThoseThatAQueryAroundTakes() {
        HybridMatchQueryBuilder query = hybrid("").boost(2);
        QueryBuilder around = new BoostingQueryBuilder(query, termQuery("group", "g1"))
                .negativeBoost(0.5f)
                .boost(5);
        for (SearchHit hit : search(telling(around).explain(true)).getHits()) {
            Map<String, Object> told = legs(hit).get(0);
            assertEquals(2, number(leg(told, "lexical"), "weight") + number(leg(told, "vector"), "weight"), 1e-5);
            explained(hit.getExplanation(), "vector leg, product of:")
                    .forEach(weight -> assertEquals(number(leg(told, "vector"), "weight"), weight, 1e-6));
        }
    }

    public void testTellsTheLegsOfHitsWithinBuckets() {
        SearchSourceBuilder source = telling(hybrid("").boost(2))
                .aggregation(AggregationBuilders.terms("groups")
                        .field("group")
                        .subAggregation(AggregationBuilders.topHits("best").size(5)));
        Map<String, List<Map<String, Object>>> told = new HashMap<>();
        SearchResponse response = search(source.size(1000));
        response.getHits().forEach(hit -> told.put(hit.getId(), legs(hit)));
        Terms groups = response.getAggregations().get("groups");
        assertEquals(3, groups.getBuckets().size());
        for (Terms.Bucket bucket : groups.getBuckets()) {
            TopHits best = bucket.getAggregations().get("best");
            assertEquals(5, best.getHits().getHits().length);
            for (SearchHit hit : best.getHits()) {
                assertEquals(hit.getScore(), sum(legs(hit).get(0)), 1e-5);
                assertEquals(told.get(hit.getId()), legs(hit));
            }
        }
    }

    public void testTellsTheLegsOfHitsWithinHits() {
        QueryBuilder nested =
                nestedQuery("parts", hybrid("parts."), ScoreMode.Max).innerHit(new InnerHitBuilder("parts").setSize(2));
        SearchResponse response = search(telling(boolQuery().should(nested).should(termQuery("text", "w1"))));
        int told = 0;
        for (SearchHit hit : response.getHits()) {
            assertEquals("its parts are matched, not the document", List.of(), legs(hit));
            for (SearchHit part : hit.getInnerHits().get("parts")) {
                assertEquals(part.getScore(), sum(legs(part).get(0)), 1e-5);
                told++;
            }
        }
        assertTrue(Integer.toString(told), told > 5);
    }

    public void testTellsNothingOfHitsThatACollapsedOneStandsFor() {
        CollapseBuilder collapse = new CollapseBuilder("group").setInnerHits(new InnerHitBuilder("more").setSize(2));
        SearchResponse response = search(telling(hybrid("")).collapse(collapse));
        assertEquals(3, response.getHits().getHits().length);
        for (SearchHit hit : response.getHits()) {
            assertEquals(hit.getScore(), sum(legs(hit).get(0)), 1e-5);
            hit.getInnerHits().get("more").forEach(other -> assertEquals(List.of(), legs(other)));
        }
    }

    /** The weights of the legs that are described so. */
    private static Stream<Double> explained(Explanation told, String leg) {
        return told.getDescription().equals(leg)
                ? Stream.of(told.getDetails()[0].getValue().doubleValue())
                : Arrays.stream(told.getDetails()).flatMap(inner -> explained(inner, leg));
    }

    private static double weighed(Map<String, Object> leg) {
        return number(leg, "weight") * number(leg, "normalized");
    }

    private static double number(Map<String, Object> leg, String key) {
        return ((Number) leg.get(key)).doubleValue();
    }
}
