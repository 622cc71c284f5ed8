/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.opensearch.index.query.QueryBuilders.matchAllQuery;
import static org.opensearch.index.query.QueryBuilders.matchQuery;

import dev.embeddingsearch.rank.RankFusion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.search.TotalHits;
import org.junit.After;
import org.junit.Before;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionType;
import org.opensearch.action.IndicesRequest;
import org.opensearch.action.explain.ExplainRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.search.SearchResponseSections;
import org.opensearch.action.search.ShardSearchFailure;
import org.opensearch.action.support.IndicesOptions;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.tasks.TaskCancelledException;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.script.Script;
import org.opensearch.search.SearchHit;
import org.opensearch.search.SearchHits;
import org.opensearch.search.aggregations.AggregationBuilders;
import org.opensearch.search.builder.PointInTimeBuilder;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.tasks.TaskResourceTrackingService;
import org.opensearch.test.OpenSearchTestCase;
import org.opensearch.test.client.NoOpNodeClient;

@SuppressWarnings("JUnitIncompatibleType") // both builders do define equals
public class LegSearchesTests extends OpenSearchTestCase {

    private static final QueryBuilder LEXICAL = matchQuery("t", "words");
    private static final QueryBuilder VECTOR = matchAllQuery();

    private final List<SearchRequest> searches = new ArrayList<>();
    private final List<Exception> refusals = new ArrayList<>();
    private boolean thrown;
    private ShardSearchFailure[] failures = ShardSearchFailure.EMPTY_ARRAY;
    private NoOpNodeClient client;

    @Before
    public void setUpClient() {
        client = new NoOpNodeClient(getTestName()) {
            @Override
            @SuppressWarnings("unchecked")
            public <Request extends ActionRequest, Response extends ActionResponse> void doExecute(
                    ActionType<Response> action, Request request, ActionListener<Response> listener) {
                searches.add((SearchRequest) request);
                if (refusals.isEmpty()) {
                    listener.onResponse((Response) response());
                } else if (thrown) {
                    throw (RuntimeException) refusals.get(0);
                } else {
                    listener.onFailure(refusals.get(0));
                }
            }

            @Override
            public String getLocalNodeId() {
                return "here";
            }
        };
    }

    @After
    public void closeClient() {
        client.close();
    }

    private SearchResponse response() {
        SearchHits none = new SearchHits(new SearchHit[0], new TotalHits(0, TotalHits.Relation.EQUAL_TO), 0);
        return new SearchResponse(
                new SearchResponseSections(none, null, null, false, false, null, 1),
                null,
                3,
                3 - failures.length,
                0,
                1,
                failures,
                SearchResponse.Clusters.EMPTY);
    }

    private QueryBuilder run(IndicesRequest request, Optional<QueryBuilder> vector) {
        List<QueryBuilder> ranked = new ArrayList<>();
        PlainActionFuture<Void> rewritten = new PlainActionFuture<>();
        new LegSearches(LEXICAL, vector, new RankFusion(0.5f, 60), 30).run(client, request, ranked::add, rewritten);
        rewritten.actionGet();
        assertEquals(1, ranked.size());
        return ranked.get(0);
    }

    public void testLegsAreSearchedWhereTheRequestIs() {
        SearchRequest outer = new SearchRequest(
                        new String[] {"a", "b*"},
                        new SearchSourceBuilder()
                                .query(VECTOR)
                                .aggregation(AggregationBuilders.count("n").field("x"))
                                .size(3)
                                .from(4)
                                .timeout(TimeValue.timeValueSeconds(7)))
                .indicesOptions(IndicesOptions.lenientExpandOpen())
                .routing("there")
                .preference("_local")
                .allowPartialSearchResults(false)
                .pipeline("reranks")
                .scroll(TimeValue.timeValueMinutes(1));
        client.threadPool().getThreadContext().putTransient(TaskResourceTrackingService.TASK_ID, 42L);
        run(outer, Optional.of(VECTOR));
        assertEquals(
                List.of(LEXICAL, VECTOR),
                searches.stream().map(search -> search.source().query()).toList());
        for (SearchRequest search : searches) {
            assertArrayEquals(outer.indices(), search.indices());
            assertEquals(outer.indicesOptions(), search.indicesOptions());
            assertEquals("there", search.routing());
            assertEquals("_local", search.preference());
            assertEquals(false, search.allowPartialSearchResults());
            assertEquals("_none", search.pipeline());
            assertNull(search.scroll());
            assertEquals(new TaskId("here", 42), search.getParentTask());
            assertEquals(
                    new SearchSourceBuilder()
                            .query(search.source().query())
                            .size(30)
                            .fetchSource(false)
                            .trackTotalHits(false)
                            .timeout(TimeValue.timeValueSeconds(7)),
                    search.source());
            assertNull(search.validate());
        }
        assertEquals("the outer search stays as it was", "reranks", outer.pipeline());
        assertEquals(3, outer.source().size());
    }

    public void testLegsKnowTheFieldsThatTheRequestDerives() throws IOException {
        SearchSourceBuilder given;
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, """
                {"derived": {"kind": {"type": "keyword", "script": {"source": "emit('a')"}, "format": "f"}}}""")) {
            given = SearchSourceBuilder.fromXContent(parser);
        }
        given.derivedField("plain", "long", new Script("emit(1)"), null, null, null, false);
        given.derivedField(
                "whole", "object", new Script("emit(2)"), Map.of("part", "keyword"), "prefilter", "format", true);
        run(new SearchRequest("a").source(given), Optional.of(VECTOR));
        assertEquals(2, searches.size());
        for (SearchRequest search : searches) {
            assertEquals(given.getDerivedFieldsObject(), search.source().getDerivedFieldsObject());
            assertEquals(given.getDerivedFields(), search.source().getDerivedFields());
        }
    }

    public void testPointInTimeIsThatOfTheRequest() {
        PointInTimeBuilder point = new PointInTimeBuilder("id").setKeepAlive(TimeValue.timeValueMinutes(1));
        SearchRequest outer = new SearchRequest().source(new SearchSourceBuilder().pointInTimeBuilder(point));
        run(outer, Optional.of(VECTOR));
        searches.forEach(search -> assertEquals(point, search.pointInTimeBuilder()));
        assertEquals(2, searches.size());
    }

    public void testWithoutVectorsOnlyTheLexicalLegIsSearched() {
        run(new SearchRequest("a"), Optional.empty());
        assertEquals(1, searches.size());
        assertEquals(LEXICAL, searches.get(0).source().query());
        assertEquals(TaskId.EMPTY_TASK_ID, searches.get(0).getParentTask());
    }

    public void testExplainedDocumentIsRankedInItsIndex() {
        ExplainRequest explain = new ExplainRequest("a", "1").routing("there");
        run(explain, Optional.of(VECTOR));
        assertArrayEquals(new String[] {"a"}, searches.get(0).indices());
        assertNull(
                "the document's routing is not that of the search",
                searches.get(0).routing());
    }

    public void testFailureOfALegFailsTheSearchOnce() {
        for (boolean atOnce : List.of(true, false)) {
            thrown = atOnce;
            refusals.clear();
            refusals.add(
                    atOnce
                            ? new TaskCancelledException("parent is cancelled")
                            : new OpenSearchStatusException("no such field", RestStatus.BAD_REQUEST));
            Exception e = expectThrows(RuntimeException.class, () -> run(new SearchRequest("a"), Optional.of(VECTOR)));
            assertSame(refusals.get(0), e);
        }
        assertEquals(4, searches.size());
    }

    public void testFailedShardsAreToldInAWarning() {
        ShardSearchFailure failure = new ShardSearchFailure(new IllegalStateException("broken"));
        failures = new ShardSearchFailure[] {failure, failure};
        run(new SearchRequest("a"), Optional.empty());
        assertWarnings(
                "the lexical leg was ranked without all of its documents: 2 of 3 shards failed, timed out: false");
    }
}
