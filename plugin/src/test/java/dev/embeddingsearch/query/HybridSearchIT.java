/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.opensearch.index.query.QueryBuilders.boolQuery;
import static org.opensearch.index.query.QueryBuilders.functionScoreQuery;
import static org.opensearch.index.query.QueryBuilders.matchQuery;
import static org.opensearch.index.query.QueryBuilders.nestedQuery;
import static org.opensearch.index.query.QueryBuilders.termQuery;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertAcked;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertNoFailures;

import dev.embeddingsearch.EmbeddingSearchPlugin;
import dev.embeddingsearch.fusion.Work;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.join.ScoreMode;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressCodecs;
import org.opensearch.action.index.IndexRequestBuilder;
import org.opensearch.action.search.SearchRequestBuilder;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.common.document.DocumentField;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.query.BoostingQueryBuilder;
import org.opensearch.index.query.InnerHitBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.MockSearchService;
import org.opensearch.search.SearchHit;
import org.opensearch.search.SearchService;
import org.opensearch.search.aggregations.AggregationBuilders;
import org.opensearch.search.aggregations.bucket.terms.Terms;
import org.opensearch.search.aggregations.metrics.TopHits;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.collapse.CollapseBuilder;
import org.opensearch.search.profile.ProfileResult;
import org.opensearch.test.OpenSearchIntegTestCase;
import org.opensearch.test.OpenSearchTestCase;

/** What a search does with {@code hybrid_match} besides scoring: skipping, threads, profile, scores of the legs. */
@SuppressCodecs("*") // the index uses its own
@OpenSearchIntegTestCase.ClusterScope(scope = OpenSearchIntegTestCase.Scope.SUITE, numDataNodes = 1)
public class HybridSearchIT extends OpenSearchIntegTestCase {

    private static final int DIMENSIONS = 5;
    private static final String INDEX = "searched";

    @Override
    protected Collection<Class<? extends Plugin>> nodePlugins() {
        return List.of(EmbeddingSearchPlugin.class);
    }

    /** The mock search service leaves out what plugins say of profiles and threads. */
    @Override
    protected Collection<Class<? extends Plugin>> getMockPlugins() {
        return super.getMockPlugins().stream()
                .filter(plugin -> plugin.equals(MockSearchService.TestPlugin.class) == false)
                .toList();
    }

    @Override
    public void setUp() throws Exception {
        super.setUp();
        Settings settings = Settings.builder()
                .put("index.number_of_shards", 1)
                .put("index.number_of_replicas", 0)
                .put("index.merge.policy.segments_per_tier", 50)
                .build();
        String vector = "{\"type\": \"embedding\", \"model_id\": \"unknown\", \"dimensions\": " + DIMENSIONS + "}";
        assertAcked(prepareCreate(INDEX).setSettings(settings).setMapping("""
                {"properties": {"text": {"type": "text"}, "group": {"type": "keyword"}, "meaning": %s,
                  "parts": {"type": "nested", "properties": {"text": {"type": "text"}, "meaning": %s}}}}""".formatted(vector, vector)));
        for (int i = 0; i < 400; i++) {
            client().prepareIndex(INDEX)
                    .setId(Integer.toString(i))
                    .setSource(Map.of(
                            "text",
                            text(),
                            "group",
                            "g" + randomInt(2),
                            "meaning",
                            vector(),
                            "parts",
                            List.of(part(), part())))
                    .get();
            if (i % 80 == 79) {
                refresh(INDEX);
            }
        }
        for (int i = 0; i < 40; i++) {
            client().prepareDelete(INDEX, Integer.toString(randomInt(399))).get();
        }
        refresh(INDEX);
    }

    private static Map<String, Object> part() {
        return Map.of("text", text(), "meaning", vector());
    }

    private static String text() {
        List<String> words = new ArrayList<>();
        for (int i = randomIntBetween(1, 12); i > 0; i--) {
            words.add("w" + randomInt(randomInt(7)));
        }
        return String.join(" ", words);
    }

    private static float[] vector() {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) random().nextGaussian() + 0.3f;
        }
        return vector;
    }

    private static HybridMatchQueryBuilder unnamed(String prefix) {
        return hybrid(prefix, null, null);
    }

    private static HybridMatchQueryBuilder hybrid(String prefix) {
        return hybrid(prefix, "words", "near");
    }

    private static HybridMatchQueryBuilder hybrid(String prefix, String lexicalName, String vectorName) {
        KnnOptions options = new KnnOptions(20, null, null, null, true);
        EmbeddingQueryBuilder embedding =
                new EmbeddingQueryBuilder(prefix + "meaning", QueryInput.vector(vector()), options, null, () -> null);
        return new HybridMatchQueryBuilder(
                matchQuery(prefix + "text", "w0 w" + randomInt(7)).queryName(lexicalName),
                embedding.queryName(vectorName),
                null,
                randomFrom(0.2f, 0.5f, 0.8f),
                false);
    }

    private static QueryBuilder around(HybridMatchQueryBuilder hybrid) {
        return switch (randomInt(5)) {
            case 0 -> boolQuery().must(hybrid).filter(termQuery("group", "g1"));
            case 1 -> boolQuery().should(hybrid).should(termQuery("text", "w1"));
            case 2 -> boolQuery().must(hybrid).must(termQuery("text", "w1"));
            case 3 -> boolQuery().filter(hybrid).should(termQuery("text", "w2"));
            case 4 -> nestedQuery("parts", hybrid("parts."), ScoreMode.Max);
            default -> hybrid;
        };
    }

    private static SearchRequestBuilder search(QueryBuilder query) {
        return client().prepareSearch(INDEX).setQuery(query);
    }

    private void concurrent(String mode) {
        assertAcked(client().admin()
                .indices()
                .prepareUpdateSettings(INDEX)
                .setSettings(Settings.builder().put("index.search.concurrent_segment_search.mode", mode)));
    }

    private static void assertSame(SearchHit[] expected, SearchHit[] actual, QueryBuilder query) {
        assertEquals(query.toString(), expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(query + " at " + i, expected[i].getScore(), actual[i].getScore(), 1e-6);
            assertEquals(query + " at " + i, expected[i].getId(), actual[i].getId());
        }
    }

    public void testSkippingAndThreadsChangeNothing() {
        for (int round = 0; round < 25; round++) {
            QueryBuilder query = around(hybrid(""));
            concurrent("none");
            SearchResponse all =
                    search(query).setSize(1000).setTrackTotalHits(true).get();
            assertNoFailures(all);
            int size = randomIntBetween(1, 12);
            SearchHit[] best = Arrays.copyOf(
                    all.getHits().getHits(), Math.min(size, all.getHits().getHits().length));
            for (String mode : List.of("none", "all", "auto")) {
                concurrent(mode);
                assertSame(
                        best,
                        search(query)
                                .setSize(size)
                                .setTrackTotalHits(false)
                                .get()
                                .getHits()
                                .getHits(),
                        query);
                SearchResponse counted =
                        search(query).setSize(size).setTrackTotalHits(true).get();
                assertSame(best, counted.getHits().getHits(), query);
                assertEquals(all.getHits().getTotalHits(), counted.getHits().getTotalHits());
                float least = best.length == 0 ? 0 : best[best.length - 1].getScore() - 1e-6f;
                SearchResponse above = search(query)
                        .setSize(1000)
                        .setMinScore(least)
                        .setTrackTotalHits(false)
                        .get();
                assertSame(best, Arrays.copyOf(above.getHits().getHits(), best.length), query);
            }
        }
    }

    public void testTerminateAfterEndsWithHitsOfTheirFullScores() {
        QueryBuilder query = hybrid("");
        Map<String, Float> scores = new HashMap<>();
        search(query).setSize(1000).get().getHits().forEach(hit -> scores.put(hit.getId(), hit.getScore()));
        SearchResponse early = search(query).setTerminateAfter(15).setSize(5).get();
        assertTrue(early.isTerminatedEarly());
        early.getHits().forEach(hit -> assertEquals(scores.get(hit.getId()), hit.getScore(), 1e-6));
    }

    public void testQueryWithoutAGoodAnswerReturnsNothing() {
        EmbeddingQueryBuilder strict = new EmbeddingQueryBuilder(
                "meaning", QueryInput.vector(vector()), new KnnOptions(20, null, null, 1f, true), null, () -> null);
        QueryBuilder query = new HybridMatchQueryBuilder(matchQuery("text", "absent"), strict, null, 0.5f, false);
        assertEquals(0, search(query).get().getHits().getHits().length);
        assertEquals(0, search(hybrid("")).setMinScore(1).get().getHits().getHits().length);
    }

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
                    legs(hit).stream().map(HybridSearchIT::sum).sorted().toList();
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

    /** Without names: OpenSearch itself profiles what looks for named queries, which no collector asked for. */
    public void testProfileTellsWhatWasDone() {
        HybridMatchQueryBuilder query = unnamed("");
        for (String mode : List.of("none", "all")) {
            concurrent(mode);
            SearchResponse response = search(query)
                    .setProfile(true)
                    .setTrackTotalHits(true)
                    .setSize(1000)
                    .get();
            Map<String, Long> told = profiled(response);
            long hits = response.getHits().getTotalHits().value();
            assertEquals(mode, 0L, (long) told.get(Work.Count.DOCUMENTS_PRUNED.toString()));
            assertTrue(mode + told, told.get(Work.Count.KNN_VECTORS_VISITED.toString()) >= 20);
            assertTrue(mode + told, told.get(Work.Count.EXACT_SIMILARITIES.toString()) >= hits);
            long words = search(matchQuery("text", "w0"))
                    .setTrackTotalHits(true)
                    .get()
                    .getHits()
                    .getTotalHits()
                    .value();
            assertTrue(mode + told, told.get(Work.Count.LEXICAL_DOCUMENTS_SCORED.toString()) >= words);
        }
    }

    /** The same few hits are wanted as without a profile, so that the same is left out. */
    public void testProfileTellsWhatTheBestHitsTook() throws Exception {
        String flat = "without-nested"; // the filter of nested documents would be a query around ours
        assertAcked(prepareCreate(flat)
                .setSettings(Settings.builder().put("index.number_of_shards", 1).put("index.number_of_replicas", 0))
                .setMapping("""
                {"properties": {"text": {"type": "text"}, "meaning": {"type": "embedding", "model_id": "unknown",
                  "dimensions": %s}}}""".formatted(DIMENSIONS)));
        List<IndexRequestBuilder> documents = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            documents.add(client().prepareIndex(flat).setSource(Map.of("text", "w0 " + text(), "meaning", vector())));
        }
        indexRandom(true, false, documents);
        for (int round = 0; round < 10; round++) {
            SearchRequestBuilder search = client().prepareSearch(flat)
                    .setQuery(unnamed(""))
                    .setTimeout(SearchService.NO_TIMEOUT) // of which the test cluster may have one
                    .setTrackTotalHits(true)
                    .setSize(3);
            SearchResponse plain = search.get();
            SearchResponse response = search.setProfile(true).get();
            assertSame(
                    plain.getHits().getHits(),
                    response.getHits().getHits(),
                    search.request().source().query());
            assertEquals(300, response.getHits().getTotalHits().value());
            Map<String, Long> told = profiled(response);
            assertTrue(told.toString(), told.get(Work.Count.DOCUMENTS_PRUNED.toString()) > 0);
            assertTrue(told.toString(), told.get(Work.Count.EXACT_SIMILARITIES.toString()) < 300);
        }
    }

    private static Map<String, Long> profiled(SearchResponse response) {
        List<Map<String, Long>> hybrid = response.getProfileResults().values().stream()
                .flatMap(shard -> shard.getQueryProfileResults().stream())
                .flatMap(shard -> shard.getQueryResults().stream())
                .flatMap(HybridSearchIT::withChildren)
                .filter(result -> result.getQueryName().equals("HybridQuery"))
                .map(ProfileResult::getTimeBreakdown)
                .toList();
        assertEquals(1, hybrid.size());
        return hybrid.get(0);
    }

    private static Stream<ProfileResult> withChildren(ProfileResult result) {
        return Stream.concat(
                Stream.of(result), result.getProfiledChildren().stream().flatMap(HybridSearchIT::withChildren));
    }
}
