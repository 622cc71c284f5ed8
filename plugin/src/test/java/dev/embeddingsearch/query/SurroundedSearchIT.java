/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.hamcrest.Matchers.containsString;
import static org.opensearch.index.query.QueryBuilders.boolQuery;
import static org.opensearch.index.query.QueryBuilders.constantScoreQuery;
import static org.opensearch.index.query.QueryBuilders.existsQuery;
import static org.opensearch.index.query.QueryBuilders.rangeQuery;
import static org.opensearch.index.query.QueryBuilders.termQuery;

import dev.embeddingsearch.search.HybridScoresExt;
import java.util.List;
import java.util.Map;
import org.opensearch.action.admin.indices.alias.IndicesAliasesRequest;
import org.opensearch.action.explain.ExplainResponse;
import org.opensearch.action.search.CreatePitAction;
import org.opensearch.action.search.CreatePitRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.search.SearchType;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.search.SearchHit;
import org.opensearch.search.aggregations.AggregationBuilders;
import org.opensearch.search.aggregations.bucket.filter.Filter;
import org.opensearch.search.builder.PointInTimeBuilder;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.slice.SliceBuilder;
import org.opensearch.transport.client.Client;

/** Filters that others put around a search, in places where searches begin. */
public class SurroundedSearchIT extends DocumentSecurityTestCase {

    private static final String INDEX = "documents";
    private static final String FEW = "few";
    private static final Map<String, Object> NEAR = Map.of("group", "3");
    private static final String RULE = "{\"term\": {\"group\": \"3\"}}";

    private final float[] target = vector();
    private Map<String, Map<String, Object>> documents;

    private void load(int shards, boolean nested) {
        documents = documents(400, 20, nested);
        createIndex(INDEX, shards, nested);
        index(INDEX, documents, document -> true);
        client().admin()
                .indices()
                .prepareAliases()
                .addAliasAction(IndicesAliasesRequest.AliasActions.add()
                        .index(INDEX)
                        .alias(FEW)
                        .filter(termQuery("group", NEAR.get("group"))))
                .get();
    }

    private EmbeddingQueryBuilder near(int k, QueryBuilder filter) {
        return new EmbeddingQueryBuilder(
                "meaning",
                QuerySource.vector(target),
                new KnnOptions(k, null, null, null, randomBoolean()),
                filter,
                () -> null);
    }

    private HybridMatchQueryBuilder hybrid(int k, QueryBuilder filter) {
        return new HybridMatchQueryBuilder(
                constantScoreQuery(termQuery("tag", "t1")),
                near(k, null),
                filter,
                new FusionOptions(0.5f, null),
                false);
    }

    private static Object hits(Map<String, Object> response) {
        Map<?, ?> hits = (Map<?, ?>) response.get("hits");
        return hits.get("total") + " " + hits.get("hits");
    }

    public void testHitsThroughAnAliasAreThoseWithItsFilterInTheQuery() throws Exception {
        load(randomIntBetween(1, 2), randomBoolean());
        QueryBuilder filter = termQuery("group", NEAR.get("group"));
        for (int k : new int[] {1, 5, 50}) {
            for (List<QueryBuilder> same : List.of(
                    List.<QueryBuilder>of(near(k, null), near(k, filter)),
                    List.<QueryBuilder>of(hybrid(k, null), hybrid(k, filter)))) {
                SearchSourceBuilder through = source(same.get(0));
                SearchSourceBuilder inside = source(same.get(1));
                assertEquals(
                        hits(search(client(), INDEX, inside)).toString(),
                        hits(search(client(), FEW, through)).toString());
            }
        }
        long visible = documents.values().stream()
                .filter(document -> NEAR.get("group").equals(document.get("group")) && document.containsKey("meaning"))
                .count();
        assertEquals(visible, count(client(), FEW, near(100, null)));
    }

    private static SearchSourceBuilder source(QueryBuilder query) {
        return new SearchSourceBuilder()
                .query(query)
                .fetchSource(false)
                .trackTotalHits(true)
                .ext(List.of(new HybridScoresExt(true)));
    }

    private static long count(Client client, String index, QueryBuilder query) {
        return client.prepareSearch(index)
                .setQuery(query)
                .setSize(0)
                .setTrackTotalHits(true)
                .setRequestCache(false)
                .get()
                .getHits()
                .getTotalHits()
                .value();
    }

    public void testTheUsersOwnFiltersAroundAQueryTakeFromWhatItFinds() {
        load(1, false);
        QueryBuilder filter = termQuery("group", NEAR.get("group"));
        long among = client().prepareSearch(INDEX)
                .setQuery(near(40, null))
                .setPostFilter(filter)
                .get()
                .getHits()
                .getTotalHits()
                .value();
        assertTrue("a random fifth of the documents", among < 20);
        QueryBuilder around = boolQuery().must(near(40, null)).filter(filter);
        assertEquals(among, count(client(), INDEX, around));
        Client all = as(client(), SecurityStandIn.rule(randomBoolean(), "{\"match_all\": {}}"));
        assertEquals("also under a rule", among, count(all, INDEX, around));
    }

    public void testSlicesDivideWhatTheSearchFinds() {
        load(1, false);
        long sum = 0;
        for (int slice = 0; slice < 3; slice++) {
            sum += client().prepareSearch(INDEX)
                    .setScroll(TimeValue.timeValueMinutes(1))
                    .slice(new SliceBuilder("_id", slice, 3))
                    .setQuery(near(30, null))
                    .get()
                    .getHits()
                    .getTotalHits()
                    .value();
        }
        assertEquals(30, sum);
    }

    public void testExplanationsCountNoHiddenDocuments() {
        load(1, randomBoolean());
        SearchHit[] seen = client().prepareSearch(INDEX)
                .setQuery(near(3, termQuery("group", NEAR.get("group"))))
                .get()
                .getHits()
                .getHits();
        Client restricted = as(client(), SecurityStandIn.rule(randomBoolean(), RULE));
        for (int i = 0; i < seen.length; i++) {
            ExplainResponse explained = restricted
                    .prepareExplain(INDEX, seen[i].getId())
                    .setQuery(near(3, null))
                    .get();
            assertThat(explained.getExplanation().toString(), containsString("number " + (i + 1) + " of the nearest"));
        }
    }

    /** The reader of a point in time serves many users at once. */
    public void testFetchPhasesOfOnePointInTimeKnowTheirOwnUser() throws Exception {
        load(2, false);
        String pit = client().execute(
                        CreatePitAction.INSTANCE, new CreatePitRequest(TimeValue.timeValueMinutes(1), false, INDEX))
                .get()
                .getId();
        Client restricted = as(client(), SecurityStandIn.rule(randomBoolean(), RULE));
        for (Client user : List.of(client(), restricted, client(), restricted)) {
            SearchResponse response = user.prepareSearch()
                    .setPointInTime(new PointInTimeBuilder(pit))
                    .setQuery(near(2, null))
                    .setExplain(true)
                    .get();
            assertEquals(4, response.getHits().getHits().length);
            for (SearchHit hit : response.getHits()) {
                assertThat(hit.getExplanation().toString(), containsString(" of the nearest"));
            }
        }
        assertTrue(client().execute(
                        org.opensearch.action.search.DeletePitAction.INSTANCE,
                        new org.opensearch.action.search.DeletePitRequest(pit))
                .get()
                .getDeletePitResults()
                .get(0)
                .isSuccessful());
    }

    public void testScrollsStayRestricted() {
        load(randomIntBetween(1, 2), false);
        Client restricted =
                as(client(), Map.of(SecurityStandIn.RULE_IN_QUERY, RULE, SecurityStandIn.LISTENER, "earlier"));
        QueryBuilder query = near(100, existsQuery("n"));
        SearchResponse page = restricted
                .prepareSearch(INDEX)
                .setScroll(TimeValue.timeValueMinutes(1))
                .setSize(3)
                .setQuery(query)
                .get();
        long total = page.getHits().getTotalHits().value();
        int seen = 0;
        while (page.getHits().getHits().length > 0) {
            seen += page.getHits().getHits().length;
            assertEquals(total, page.getHits().getTotalHits().value());
            page = restricted
                    .prepareSearchScroll(page.getScrollId())
                    .setScroll(TimeValue.timeValueMinutes(1))
                    .get();
        }
        assertEquals(total, seen);
        assertTrue(client().prepareClearScroll().addScrollId("_all").get().isSucceeded());
    }

    public void testWhatAFilterInsideFindsIsNoOracle() {
        load(1, false);
        Map.Entry<String, Map<String, Object>> hidden = documents.entrySet().stream()
                .filter(document ->
                        !NEAR.get("group").equals(document.getValue().get("group"))
                                && document.getValue().containsKey("meaning"))
                .findFirst()
                .orElseThrow();
        Client restricted = as(client(), SecurityStandIn.rule(randomBoolean(), RULE));
        QueryBuilder visibleOrGuess = boolQuery()
                .should(termQuery("group", NEAR.get("group")))
                .should(rangeQuery("n")
                        .gte(hidden.getValue().get("n"))
                        .lte(hidden.getValue().get("n")));
        EmbeddingQueryBuilder question = new EmbeddingQueryBuilder(
                "meaning",
                QuerySource.vector((float[]) hidden.getValue().get("meaning")),
                new KnnOptions(1, null, null, null, true),
                visibleOrGuess,
                () -> null);
        assertEquals(1, count(restricted, INDEX, question));
        Filter bucket = restricted
                .prepareSearch(INDEX)
                .setRequestCache(false)
                .addAggregation(AggregationBuilders.filter("asked", question))
                .get()
                .getAggregations()
                .get("asked");
        assertEquals(1, bucket.getDocCount());
    }

    public void testRuleThatIsOneOfOurQueries() {
        load(1, false);
        String rule = "{\"embedding\": {\"field\": \"meaning\", \"k\": 7, \"exact\": true, \"vector\": "
                + java.util.Arrays.toString(target) + "}}";
        Client restricted = as(client(), SecurityStandIn.rule(randomBoolean(), rule));
        assertEquals(7, count(restricted, INDEX, existsQuery("n")));
        assertEquals("the nearest among those", 2, count(restricted, INDEX, near(2, null)));
        Exception e = expectThrows(
                Exception.class,
                () -> restricted.prepareGet(INDEX, "1").setRealtime(false).get());
        assertThat(e.toString(), containsString("work in searches alone"));
    }

    public void testGlobalStatisticsGoWithRestrictions() {
        load(2, false);
        Client restricted = as(client(), SecurityStandIn.rule(randomBoolean(), RULE));
        SearchResponse response = restricted
                .prepareSearch(INDEX)
                .setSearchType(SearchType.DFS_QUERY_THEN_FETCH)
                .setQuery(hybrid(2, null))
                .get();
        assertEquals(0, response.getFailedShards());
        assertTrue(response.getHits().getTotalHits().value() >= 4);
    }
}
