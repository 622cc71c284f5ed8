/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.hamcrest.Matchers.containsString;
import static org.opensearch.index.query.QueryBuilders.boolQuery;
import static org.opensearch.index.query.QueryBuilders.matchQuery;
import static org.opensearch.index.query.QueryBuilders.nestedQuery;
import static org.opensearch.index.query.QueryBuilders.termQuery;
import static org.opensearch.index.query.QueryBuilders.wrapperQuery;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertAcked;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertHitCount;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertNoFailures;

import dev.embeddingsearch.EmbeddingSearchPlugin;
import dev.embeddingsearch.model.InputType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.join.ScoreMode;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressCodecs;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.index.IndexRequestBuilder;
import org.opensearch.action.search.CreatePitAction;
import org.opensearch.action.search.CreatePitRequest;
import org.opensearch.action.search.DeletePitAction;
import org.opensearch.action.search.DeletePitRequest;
import org.opensearch.action.search.SearchRequestBuilder;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.search.SearchType;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.SearchHit;
import org.opensearch.search.aggregations.AggregationBuilders;
import org.opensearch.search.aggregations.bucket.filter.Filter;
import org.opensearch.search.aggregations.bucket.terms.Terms;
import org.opensearch.search.builder.PointInTimeBuilder;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.sort.SortOrder;
import org.opensearch.test.OpenSearchIntegTestCase;

/** {@code hybrid_match} with the fusion of ranks against ranks that are read off two searches here. */
@SuppressCodecs("*") // the index uses its own
@OpenSearchIntegTestCase.ClusterScope(scope = OpenSearchIntegTestCase.Scope.SUITE, numDataNodes = 2)
public class RankFusionIT extends OpenSearchIntegTestCase {

    private static final int DIMENSIONS = 8;
    private static final String ONE = "one-shard";
    private static final String THREE = "three-shards";
    private static final String BOTH = "both";
    private static final int K = 25;

    private final float[] target = vector();
    private final EmbeddingQueryBuilder vector = new EmbeddingQueryBuilder(
            "meaning", QuerySource.vector(target), new KnnOptions(K, null, null, null, true), null, () -> null);
    private final QueryBuilder lexical = matchQuery("text", "w0 w1 w5");
    private final float weight = randomFrom(0.3f, 0.5f, 0.8f);
    private final int constant = randomFrom(1, 20, 60);
    /** The test's client would choose one anew for each search. */
    private SearchType searchType = randomFrom(SearchType.QUERY_THEN_FETCH, SearchType.DFS_QUERY_THEN_FETCH);

    @Override
    protected Collection<Class<? extends Plugin>> nodePlugins() {
        return List.of(EmbeddingSearchPlugin.class);
    }

    @Override
    public void setUp() throws Exception {
        super.setUp();
        create(ONE, 1);
        create(THREE, 3);
        assertAcked(client().admin().indices().prepareAliases().addAlias(new String[] {ONE, THREE}, BOTH));
    }

    private void create(String index, int shards) throws Exception {
        Settings settings = Settings.builder()
                .put("index.number_of_shards", shards)
                .put("index.number_of_replicas", 0)
                .build();
        String field = "{\"type\": \"embedding\", \"model_id\": \"unknown\", \"dimensions\": " + DIMENSIONS + "}";
        assertAcked(prepareCreate(index).setSettings(settings).setMapping("""
                {"properties": {"text": {"type": "text"}, "group": {"type": "keyword"}, "order": {"type": "integer"},
                  "meaning": %s, "parts": {"type": "nested", "properties": {"text": {"type": "text"}}}}}""".formatted(field)));
        List<IndexRequestBuilder> documents = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            Map<String, Object> source = new HashMap<>(Map.of(
                    "text",
                    text(),
                    "group",
                    "g" + randomInt(2),
                    "order",
                    i,
                    "parts",
                    List.of(Map.of("text", text()), Map.of("text", text()))));
            if (randomInt(9) > 0) {
                source.put("meaning", vector());
            }
            documents.add(
                    client().prepareIndex(index).setId(Integer.toString(i)).setSource(source));
        }
        indexRandom(true, false, documents);
    }

    private static String text() {
        List<String> words = new ArrayList<>();
        for (int i = randomIntBetween(1, 12); i > 0; i--) {
            words.add("w" + randomInt(9));
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

    /** Parsed by the node, so that it knows the services of its plugin. */
    private QueryBuilder ranked(QueryBuilder filter) {
        FusionOptions fusion = new FusionOptions(weight, constant);
        return wrapperQuery(new HybridMatchQueryBuilder(lexical, vector, filter, fusion, false).toString());
    }

    private SearchRequestBuilder search(QueryBuilder query, String... indices) {
        return client().prepareSearch(indices)
                .setSearchType(searchType)
                .setQuery(query)
                .setSize(1000);
    }

    private static String key(SearchHit hit) {
        return hit.getIndex() + "/" + hit.getId();
    }

    private static Map<String, Float> scores(SearchResponse response) {
        assertNoFailures(response);
        Map<String, Float> scores = new LinkedHashMap<>();
        response.getHits().forEach(hit -> assertNull(scores.put(key(hit), hit.getScore())));
        return scores;
    }

    private Map<String, Integer> ranks(QueryBuilder leg, String... indices) {
        Map<String, Integer> ranks = new HashMap<>();
        for (SearchHit hit : search(leg, indices).setSize(K).get().getHits()) {
            ranks.put(key(hit), ranks.size() + 1);
        }
        return ranks;
    }

    /** By hand: the ranks of two searches, the sum of reciprocals, the best {@code K}. */
    private Map<String, Float> expected(QueryBuilder filter, String... indices) {
        Map<String, Integer> words =
                ranks(filter == null ? lexical : boolQuery().must(lexical).filter(filter), indices);
        Map<String, Integer> near = ranks(new SimilarityQueryBuilder(vector.filter(filter)), indices);
        Set<String> found = new HashSet<>(words.keySet());
        found.addAll(near.keySet());
        Map<String, Float> sums = new HashMap<>();
        for (String document : found) {
            double sum = 0;
            if (words.containsKey(document)) {
                sum += (1 - (double) weight) * (constant + 1) / (constant + words.get(document));
            }
            if (near.containsKey(document)) {
                sum += (double) weight * (constant + 1) / (constant + near.get(document));
            }
            sums.put(document, (float) sum);
        }
        Map<String, Float> best = new HashMap<>();
        Comparator<Map.Entry<String, Float>> byScore = Map.Entry.comparingByValue(Comparator.reverseOrder());
        sums.entrySet().stream()
                .sorted(byScore.thenComparing(Map.Entry.comparingByKey()))
                .limit(K)
                .forEach(entry -> best.put(entry.getKey(), entry.getValue()));
        return best;
    }

    private static void assertClose(Map<String, Float> expected, Map<String, Float> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((key, score) -> assertEquals(key, score, actual.get(key), 1e-6));
        List<Float> given = new ArrayList<>(actual.values());
        List<Float> sorted = new ArrayList<>(given);
        sorted.sort(Comparator.reverseOrder());
        assertEquals(sorted, given);
    }

    public void testScoresAreThoseOfTheRanksOfBothLegs() {
        for (String[] indices : List.of(
                new String[] {ONE}, new String[] {THREE}, new String[] {ONE, THREE}, new String[] {BOTH}, new String[] {
                    "*-shard*"
                })) {
            for (QueryBuilder filter : Arrays.asList(null, termQuery("group", "g1"))) {
                assertClose(
                        expected(filter, indices),
                        scores(search(ranked(filter), indices).get()));
            }
        }
    }

    public void testPages() {
        List<String> all = new ArrayList<>();
        for (int from = 0; from < K + 10; from += 7) {
            SearchResponse page =
                    search(ranked(null), ONE, THREE).setFrom(from).setSize(7).get();
            page.getHits().forEach(hit -> all.add(key(hit)));
            assertHitCount(page, K);
        }
        assertEquals(K, all.size());
        assertEquals(expected(null, ONE, THREE).keySet(), new HashSet<>(all));
    }

    public void testInsideBoolTheOuterFilterComesAfterwards() {
        Map<String, Float> expected = expected(null, ONE, THREE);
        Set<String> group =
                scores(search(termQuery("group", "g2"), ONE, THREE).get()).keySet();
        expected.keySet().retainAll(group);
        assertClose(
                expected,
                scores(search(boolQuery().must(ranked(null)).filter(termQuery("group", "g2")), ONE, THREE)
                        .get()));
    }

    public void testAggregationsAndSortsSeeTheFusedDocuments() {
        Map<String, Float> expected = expected(null, ONE, THREE);
        SearchResponse response = search(ranked(null), ONE, THREE)
                .addSort("order", SortOrder.ASC)
                .setTrackScores(true)
                .addAggregation(AggregationBuilders.terms("groups").field("group"))
                .addAggregation(AggregationBuilders.filter("within", boolQuery().must(ranked(null))))
                .get();
        assertEquals(expected.keySet(), scores(response).keySet());
        response.getHits().forEach(hit -> assertEquals(expected.get(key(hit)), hit.getScore(), 1e-6));
        Terms groups = response.getAggregations().get("groups");
        assertEquals(
                K,
                groups.getBuckets().stream()
                        .mapToLong(Terms.Bucket::getDocCount)
                        .sum());
        Filter within = response.getAggregations().get("within");
        assertEquals(K, within.getDocCount());
    }

    public void testBoostAndName() {
        for (String index : List.of(ONE, THREE)) {
            Map<String, Float> plain = scores(search(ranked(null), index).get());
            SearchResponse response = search(ranked(null).boost(3).queryName("both"), index)
                    .setProfile(randomBoolean())
                    .get();
            plain.replaceAll((key, score) -> 3 * score);
            assertClose(plain, scores(response));
            response.getHits().forEach(hit -> assertArrayEquals(new String[] {"both"}, hit.getMatchedQueries()));
        }
    }

    public void testExplainTellsBothRanks() {
        searchType = SearchType.QUERY_THEN_FETCH; // that of _explain
        for (String index : List.of(ONE, THREE)) {
            assertExplained(index);
        }
    }

    private void assertExplained(String index) {
        Map<String, Integer> words = ranks(lexical, index);
        Map<String, Integer> near = ranks(new SimilarityQueryBuilder(vector), index);
        SearchResponse response = search(ranked(null), index).setExplain(true).get();
        for (SearchHit hit : response.getHits()) {
            assertEquals(hit.getScore(), hit.getExplanation().getValue().floatValue(), 1e-6);
            Explanation told = fused(hit.getExplanation());
            assertRank(told.toString(), "lexical leg", words.get(key(hit)), told.getDetails()[0]);
            assertRank(told.toString(), "vector leg", near.get(key(hit)), told.getDetails()[1]);
        }
        String best = response.getHits().getAt(0).getId();
        Explanation alone = client().prepareExplain(index, best)
                .setQuery(ranked(null))
                .get()
                .getExplanation();
        assertEquals(response.getHits().getAt(0).getScore(), alone.getValue().floatValue(), 1e-6);
    }

    /** The explanation of ours inside that of the whole query, which also keeps nested documents out. */
    private static Explanation fused(Explanation told) {
        Explanation inner = told;
        while (!inner.getDescription().startsWith("fused ranks")) {
            assertTrue(told.toString(), inner.getDetails().length > 0);
            inner = inner.getDetails()[0];
        }
        return inner;
    }

    private static void assertRank(String whole, String leg, Integer rank, Explanation told) {
        assertThat(whole, told.getDescription(), containsString(leg));
        assertEquals(whole, rank == null, told.getDescription().contains("not in its list"));
        if (rank != null) {
            assertEquals(whole, rank.intValue(), told.getDetails()[2].getValue().intValue());
        }
    }

    public void testScrollsAndPointsInTime() throws Exception {
        for (String index : List.of(ONE, THREE)) {
            assertScrollsAndPointsInTime(index);
        }
    }

    private void assertScrollsAndPointsInTime(String index) throws Exception {
        Map<String, Float> expected = expected(null, index);
        Map<String, Float> scrolled = new LinkedHashMap<>();
        SearchResponse page = search(ranked(null), index)
                .setScroll(TimeValue.timeValueMinutes(1))
                .setSize(6)
                .get();
        String scroll = page.getScrollId();
        while (page.getHits().getHits().length > 0) {
            scrolled.putAll(scores(page));
            page = client().prepareSearchScroll(scroll)
                    .setScroll(TimeValue.timeValueMinutes(1))
                    .get();
        }
        client().prepareClearScroll().addScrollId(scroll).get();
        assertClose(expected, scrolled);

        CreatePitRequest create = new CreatePitRequest(TimeValue.timeValueMinutes(1), true, index);
        String point = client().execute(CreatePitAction.INSTANCE, create).get().getId();
        try {
            client().prepareIndex(index)
                    .setId("later")
                    .setSource("text", "w0 w1 w5")
                    .get();
            refresh(index);
            SearchRequestBuilder search = client().prepareSearch()
                    .setSearchType(searchType)
                    .setQuery(ranked(null))
                    .setSize(1000);
            assertClose(
                    expected,
                    scores(search.setPointInTime(new PointInTimeBuilder(point)).get()));
        } finally {
            client().execute(DeletePitAction.INSTANCE, new DeletePitRequest(point))
                    .get();
        }
    }

    public void testCountsAndValidates() {
        for (String index : List.of(ONE, THREE)) {
            assertHitCount(search(ranked(null), index).setSize(0).get(), K);
            assertTrue(client().admin()
                    .indices()
                    .prepareValidateQuery(index)
                    .setQuery(ranked(null))
                    .get()
                    .isValid());
        }
    }

    private long searches(String index) {
        return client().admin()
                .indices()
                .prepareStats(index)
                .setSearch(true)
                .get()
                .getTotal()
                .getSearch()
                .getTotal()
                .getQueryCount();
    }

    public void testOneShardIsSearchedOnce() {
        assertAcked(client().admin().indices().prepareAliases().addAlias(ONE, "one"));
        for (String name : List.of(ONE, "one", "on*-shard")) {
            long before = searches(ONE);
            assertEquals(K, scores(search(ranked(null), name).get()).size());
            assertEquals(name, before + 1, searches(ONE));
        }
        long before = searches(ONE);
        search(ranked(null), ONE, THREE).get();
        assertEquals("both legs, then the ranks", before + 3, searches(ONE));
    }

    public void testListsAreAsLongAsThePageWhereNothingIsSaidOfIt() throws IOException {
        KnnOptions exact = new KnnOptions(null, null, null, null, true);
        String query = defaultDepth(exact).toString();
        for (String index : List.of(ONE, THREE)) {
            for (int size : new int[] {5, 20, 31}) {
                int k = Math.max(20, size);
                QueryBuilder given = defaultDepth(new KnnOptions(k, null, null, null, true));
                SearchResponse expected = search(wrapperQuery(given.toString()), index)
                        .setSize(size)
                        .get();
                SearchResponse found = client().prepareSearch(index)
                        .setSearchType(searchType)
                        .setSource(
                                new SearchSourceBuilder().query(parsed(query)).size(size))
                        .get();
                assertHitCount(found, k);
                assertEquals(scores(expected), scores(found));
            }
            assertHitCount(search(boolQuery().must(wrapperQuery(query)), index).get(), 100);
        }
    }

    /** As the body of a request, not inside a query that hides it. */
    private QueryBuilder parsed(String query) throws IOException {
        NamedXContentRegistry known = internalCluster().getInstance(NamedXContentRegistry.class);
        try (XContentParser parser = createParser(known, JsonXContent.jsonXContent, new BytesArray(query))) {
            return AbstractQueryBuilder.parseInnerQueryBuilder(parser);
        }
    }

    private HybridMatchQueryBuilder defaultDepth(KnnOptions options) {
        EmbeddingQueryBuilder leg =
                new EmbeddingQueryBuilder("meaning", QuerySource.vector(target), options, null, () -> null);
        return new HybridMatchQueryBuilder(lexical, leg, null, new FusionOptions(weight, constant), false);
    }

    public void testFilterOfAnAliasRestrictsBothLists() {
        QueryBuilder filter = termQuery("group", "g1");
        for (String index : List.of(ONE, THREE)) {
            assertAcked(client().admin().indices().prepareAliases().addAlias(index, index + "-group", filter));
            assertClose(
                    expected(filter, index),
                    scores(search(ranked(null), index + "-group").get()));
        }
    }

    public void testDeletedAndChangedDocumentsAreRankedAsTheyAre() throws Exception {
        for (String index : List.of(ONE, THREE)) {
            List<String> before =
                    List.copyOf(scores(search(ranked(null), index).get()).keySet());
            String gone = before.get(0).substring(index.length() + 1);
            String changed = before.get(1).substring(index.length() + 1);
            client().prepareDelete(index, gone).get();
            client().prepareIndex(index).setId(changed).setSource("text", "w8").get();
            refresh(index);
            Map<String, Float> after = scores(search(ranked(null), index).get());
            assertFalse(after.containsKey(before.get(0)));
            assertClose(expected(null, index), after);
        }
    }

    public void testWholeDocumentsAreRankedWhateverTheirPartsMatch() {
        QueryBuilder parts = new HybridMatchQueryBuilder(
                matchQuery("parts.text", "w1"), vector, null, new FusionOptions(weight, constant), false);
        for (String index : List.of(ONE, THREE)) {
            Map<String, Integer> near = ranks(new SimilarityQueryBuilder(vector), index);
            Map<String, Float> found =
                    scores(search(wrapperQuery(parts.toString()), index).get());
            assertEquals(near.keySet(), found.keySet());
        }
    }

    public void testTextThatCouldNotBeEmbeddedLeavesTheWordsTheWholeWeight() {
        EmbeddingQueryBuilder unembedded = new EmbeddingQueryBuilder(
                "meaning",
                QuerySource.text(InputType.TEXT, "words").withoutVectors(),
                new KnnOptions(K, null, null, null, true),
                null,
                () -> null);
        HybridMatchQueryBuilder query =
                new HybridMatchQueryBuilder(lexical, unembedded, null, new FusionOptions(weight, constant), true);
        Map<String, Float> expected = new HashMap<>();
        ranks(lexical, THREE).forEach((key, rank) -> expected.put(key, (float) ((constant + 1.0) / (constant + rank))));
        assertClose(expected, scores(search(query, THREE).get()));
    }

    public void testIsRefusedInsideNested() {
        for (String index : List.of(ONE, THREE)) {
            Exception e = expectThrows(
                    Exception.class,
                    () -> search(nestedQuery("parts", ranked(null), ScoreMode.Max), index)
                            .get());
            assertThat(
                    ExceptionsHelper.stackTrace(e),
                    containsString(
                            "[fusion] of [hybrid_match] expects [score] inside [nested], got [rrf]: it ranks whole"
                                    + " documents"));
        }
    }

    public void testFailureOfALegFailsTheSearch() {
        HybridMatchQueryBuilder wrong = new HybridMatchQueryBuilder(
                lexical,
                new EmbeddingQueryBuilder(
                        "meaning", QuerySource.vector(new float[] {1, 2}), KnnOptions.DEFAULT, null, () -> null),
                null,
                new FusionOptions(weight, constant),
                false);
        for (String index : List.of(ONE, THREE)) {
            Exception e = expectThrows(
                    Exception.class,
                    () -> search(wrapperQuery(wrong.toString()), index).get());
            assertThat(ExceptionsHelper.stackTrace(e), containsString("expects 8 dimensions, got 2"));
            assertEquals(400, ExceptionsHelper.status(e).getStatus());
        }
    }
}
