/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.hamcrest.Matchers.containsString;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.mapper.EmbeddingMappings;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.stats.EmbeddingStats;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.After;
import org.junit.Before;
import org.opensearch.Version;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.cluster.ClusterName;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.DataStream;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.index.Index;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.query.BaseQueryRewriteContext;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.query.QueryCoordinatorContext;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.Rewriteable;
import org.opensearch.test.ClusterServiceUtils;
import org.opensearch.test.OpenSearchTestCase;
import org.opensearch.threadpool.TestThreadPool;
import org.opensearch.threadpool.ThreadPool;

public class QueryEmbedderTests extends OpenSearchTestCase {

    private static final String BACKING = ".ds-stream-000001";

    private final List<EmbeddingRequest> requests = new ArrayList<>();
    private final EmbeddingStats stats = new EmbeddingStats();
    private Exception failure;
    private ThreadPool threadPool;
    private ClusterService clusterService;
    private QueryEmbedder embedder;

    @Before
    public void setUpCluster() throws IOException {
        threadPool = new TestThreadPool(getTestName());
        Metadata metadata = Metadata.builder()
                .put(index("a", "one", "one-1", 3, "text"))
                .put(index("b", "one", "one-1", 3, "text"))
                .put(index("c", "two", "two-1", 2, "code"))
                .put(index("changed", "one", "one-0", 3, "text"))
                .put(index(BACKING, "two", "two-1", 2, "code"))
                .put(new DataStream(
                        "stream", new DataStream.TimestampField("@timestamp"), List.of(new Index(BACKING, BACKING))))
                .build();
        ClusterState state =
                ClusterState.builder(ClusterName.DEFAULT).metadata(metadata).build();
        clusterService = ClusterServiceUtils.createClusterService(threadPool);
        ClusterServiceUtils.setState(clusterService, state);
        Models models = new Models(Settings.builder()
                .put("embedding.model.one.id", "one-1")
                .put("embedding.model.two.id", "two-1")
                .build());
        embedder = new QueryEmbedder(
                new Scripted(),
                models,
                new EmbeddingMappings(clusterService),
                new SearchedIndices(clusterService, new IndexNameExpressionResolver(new ThreadContext(Settings.EMPTY))),
                stats);
    }

    @After
    public void stopCluster() {
        clusterService.close();
        terminate(threadPool);
    }

    private static IndexMetadata.Builder index(String name, String model, String id, int dimensions, String type)
            throws IOException {
        String mapping = "{\"properties\":{\"v\":{\"type\":\"embedding\",\"model\":\"" + model
                + "\",\"model_id\":\"" + id + "\",\"dimensions\":" + dimensions + ",\"input_type\":\"" + type
                + "\"}}}";
        return IndexMetadata.builder(name)
                .settings(settings(Version.CURRENT).put("index.uuid", name))
                .numberOfShards(1)
                .numberOfReplicas(0)
                .putMapping(mapping);
    }

    /** Answers with the requested number of ones, or with the scripted failure. */
    private final class Scripted implements Embedder {
        @Override
        public void embed(EmbeddingRequest request, ActionListener<List<EmbeddingResult>> listener) {
            requests.add(request);
            if (failure != null) {
                listener.onResponse(List.of(EmbeddingResult.failed(failure)));
                return;
            }
            float[] ones = new float[request.dimensions()];
            Arrays.fill(ones, 1);
            listener.onResponse(List.of(EmbeddingResult.of(ones)));
        }
    }

    private QueryRewriteContext searching(String... indices) {
        return new QueryCoordinatorContext(
                new BaseQueryRewriteContext(xContentRegistry(), null, null, () -> 0L), new SearchRequest(indices));
    }

    private QueryBuilder rewrite(QueryBuilder query, String... indices) {
        PlainActionFuture<QueryBuilder> rewritten = new PlainActionFuture<>();
        Rewriteable.rewriteAndFetch(query, searching(indices), rewritten);
        return rewritten.actionGet();
    }

    private EmbeddingQueryBuilder query(InputType type) {
        return new EmbeddingQueryBuilder("v", QueryInput.text(type, "words"), KnnOptions.DEFAULT, null, () -> embedder);
    }

    private static List<QueryVector> vectors(QueryBuilder query) {
        return ((EmbeddingQueryBuilder) query).input().vectors();
    }

    public void testEmbedsOnceForIndicesOfOneModel() {
        assertEquals(
                List.of(new QueryVector("one-1", new float[] {1, 1, 1})),
                vectors(rewrite(query(InputType.TEXT), "a", "b")));
        assertEquals(List.of(new EmbeddingRequest("one", Side.QUERY, InputType.TEXT, 3, List.of("words"))), requests);
    }

    public void testEmbedsOnceForEachModel() {
        assertEquals(2, vectors(rewrite(query(InputType.TEXT), "a", "b", "c")).size());
        assertEquals(
                Set.of("one", "two"),
                Set.of(requests.get(0).model(), requests.get(1).model()));
        assertEquals(2, requests.size());
    }

    public void testGivenVectorAsksNobody() {
        EmbeddingQueryBuilder given = new EmbeddingQueryBuilder(
                "v", QueryInput.vector(new float[] {1, 2, 3}), KnnOptions.DEFAULT, null, () -> embedder);
        assertSame(given, rewrite(given, "a"));
        assertTrue(requests.isEmpty());
    }

    public void testCodeTakesTheSideOfDocumentsWhereTheFieldHoldsCode() {
        rewrite(query(InputType.CODE), "c");
        assertEquals(Side.DOCUMENT, requests.get(0).side());
        rewrite(query(InputType.CODE), "a");
        assertEquals(Side.QUERY, requests.get(1).side());
    }

    public void testHybridEmbedsOnceToo() {
        HybridMatchQueryBuilder hybrid = new HybridMatchQueryBuilder(
                QueryBuilders.matchQuery("t", "words"), query(InputType.TEXT), null, 0.5f, false);
        rewrite(QueryBuilders.boolQuery().must(hybrid).filter(QueryBuilders.termQuery("t", "x")), "a");
        assertEquals(1, requests.size());
    }

    public void testFieldThatIsMappedNowhere() {
        EmbeddingQueryBuilder elsewhere = new EmbeddingQueryBuilder(
                "elsewhere", QueryInput.text(InputType.TEXT, "words"), KnnOptions.DEFAULT, null, () -> embedder);
        Exception e = expectThrows(IllegalArgumentException.class, () -> rewrite(elsewhere, "a", "c"));
        assertEquals("field [elsewhere] is not mapped as [embedding] in any of the 2 searched indices", e.getMessage());
    }

    public void testModelThatChangedItsId() {
        Exception e = expectThrows(IllegalArgumentException.class, () -> rewrite(query(InputType.TEXT), "changed"));
        assertThat(
                e.getMessage(),
                containsString("field [v] holds vectors of model id [one-0], but model [one] now has " + "id [one-1]"));
    }

    public void testIndicesOfOtherClustersAreLeftToTheLocalMappings() {
        assertEquals(1, vectors(rewrite(query(InputType.TEXT), "a", "far:logs")).size());
        assertEquals(
                "of all local indices, those whose model is as it was",
                2,
                vectors(rewrite(query(InputType.TEXT), "far:logs")).size());
        rewrite(query(InputType.TEXT), "stream", "far:logs");
        assertEquals("two", requests.getLast().model());
    }

    /** Explaining and validating do not say which indices they are about. */
    public void testIndicesThatNobodyNamedMayHaveChangedTheirModel() {
        PlainActionFuture<QueryBuilder> rewritten = new PlainActionFuture<>();
        Rewriteable.rewriteAndFetch(
                query(InputType.TEXT),
                new BaseQueryRewriteContext(xContentRegistry(), null, null, () -> 0L),
                rewritten);
        assertEquals(
                Set.of("one-1", "two-1"),
                vectors(rewritten.actionGet()).stream()
                        .map(QueryVector::modelId)
                        .collect(Collectors.toSet()));
    }

    public void testSearchOfNoIndexAsksNobody() {
        assertEquals(List.of(), vectors(rewrite(query(InputType.TEXT), "none-*")));
        assertTrue(requests.isEmpty());
    }

    public void testFailingServiceFailsTheSearch() {
        failure = new EmbeddingException("down", RestStatus.SERVICE_UNAVAILABLE, true, null);
        assertSame(failure, expectThrows(EmbeddingException.class, () -> rewrite(query(InputType.TEXT), "a")));
    }

    public void testLenientHybridGoesOnWithoutVectors() {
        failure = new EmbeddingException("down", RestStatus.SERVICE_UNAVAILABLE, true, null);
        HybridMatchQueryBuilder hybrid = new HybridMatchQueryBuilder(
                QueryBuilders.matchQuery("t", "words"), query(InputType.TEXT), null, 0.5f, true);
        QueryInput without = QueryInput.text(InputType.TEXT, "words").withVectors(List.of());
        EmbeddingQueryBuilder unembedded =
                new EmbeddingQueryBuilder("v", without, KnnOptions.DEFAULT, null, () -> embedder);
        QueryBuilder expected =
                new HybridMatchQueryBuilder(QueryBuilders.matchQuery("t", "words"), unembedded, null, 0.5f, true);
        assertEquals(expected, rewrite(hybrid, "a"));
        assertEquals(Map.of("a", 1L), lexicalSearches());
        assertWarnings("the query could not be embedded (status 503): the result is that of its lexical leg alone");
    }

    private Map<String, Long> lexicalSearches() {
        return stats.snapshot().indices().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, index -> index.getValue().get("lexical_searches")));
    }

    public void testSearchesThatFailOrFindTheirVectorsAreNotCountedAsLexical() {
        rewrite(lenientHybrid(), "a", "stream");
        failure = new EmbeddingException("down", RestStatus.SERVICE_UNAVAILABLE, true, null);
        expectThrows(EmbeddingException.class, () -> rewrite(query(InputType.TEXT), "a"));
        assertEquals(Map.of(), lexicalSearches());
        rewrite(lenientHybrid(), "a", "stream");
        assertEquals(Map.of("a", 1L, BACKING, 1L), lexicalSearches());
        assertWarnings("the query could not be embedded (status 503): the result is that of its lexical leg alone");
    }

    private HybridMatchQueryBuilder lenientHybrid() {
        return new HybridMatchQueryBuilder(
                QueryBuilders.matchQuery("t", "words"), query(InputType.TEXT), null, 0.5f, true);
    }

    public void testLenientHybridStillReportsWrongInput() {
        failure = new IllegalArgumentException("too long");
        HybridMatchQueryBuilder hybrid = new HybridMatchQueryBuilder(
                QueryBuilders.matchQuery("t", "words"), query(InputType.TEXT), null, 0.5f, true);
        assertSame(failure, expectThrows(IllegalArgumentException.class, () -> rewrite(hybrid, "a")));
    }
}
