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
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.After;
import org.junit.Before;
import org.opensearch.Version;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionType;
import org.opensearch.action.admin.indices.mapping.get.GetFieldMappingsRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.cluster.ClusterName;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.DataStream;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.bytes.BytesArray;
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
import org.opensearch.test.client.NoOpClient;
import org.opensearch.threadpool.TestThreadPool;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.NoSuchRemoteClusterException;
import org.opensearch.transport.client.Client;

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
                .persistentSettings(Settings.builder()
                        .put("cluster.remote.far.seeds", "127.0.0.1:9300")
                        .put("cluster.remote.farther.seeds", "127.0.0.1:9301")
                        .build())
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
                new QueryEmbedder.Node(threadPool, stats));
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
        return new EmbeddingQueryBuilder(
                "v", QuerySource.text(type, "words"), KnnOptions.DEFAULT, null, () -> embedder);
    }

    private static List<QueryVector> vectors(QueryBuilder query) {
        return ((EmbeddingQueryBuilder) query).source().vectors();
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
                "v", QuerySource.vector(new float[] {1, 2, 3}), KnnOptions.DEFAULT, null, () -> embedder);
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
                "elsewhere", QuerySource.text(InputType.TEXT, "words"), KnnOptions.DEFAULT, null, () -> embedder);
        Exception e = expectThrows(IllegalArgumentException.class, () -> rewrite(elsewhere, "a", "c"));
        assertEquals("field [elsewhere] is not mapped as [embedding] in any of the 2 searched indices", e.getMessage());
    }

    public void testModelThatChangedItsId() {
        Exception e = expectThrows(IllegalArgumentException.class, () -> rewrite(query(InputType.TEXT), "changed"));
        assertThat(
                e.getMessage(),
                containsString("field [v] holds vectors of model id [one-0], but model [one] now has " + "id [one-1]"));
    }

    /** Each cluster is sent the query as it is, and embeds for its own fields. */
    public void testOtherClustersEmbedForThemselves() {
        QueryBuilder text = query(InputType.TEXT);
        assertSame(text, rewrite(text, "far:logs"));
        assertSame(text, rewrite(text, "f*:logs"));
        assertSame(text, rewrite(text, "far:logs", "none-*"));
        assertTrue(requests.isEmpty());
        assertEquals(1, vectors(rewrite(text, "a", "far:logs")).size());
        rewrite(text, "stream", "far:logs");
        assertEquals("two", requests.getLast().model());
        HybridMatchQueryBuilder ranks = hybrid(new FusionOptions(0.5f, 60));
        assertSame("one other cluster ranks for itself", ranks, rewrite(ranks, "far:logs"));
    }

    /** A query that another cluster sent with the vectors of its own model. */
    public void testVectorsThatAnotherClusterSentAreAddedTo() {
        QueryVector sent = new QueryVector("far-1", new float[] {1, 2});
        EmbeddingQueryBuilder partly = new EmbeddingQueryBuilder(
                "v",
                QuerySource.text(InputType.TEXT, "words").withVectors(List.of(sent)),
                KnnOptions.DEFAULT,
                null,
                () -> embedder);
        assertEquals(List.of(sent, new QueryVector("one-1", new float[] {1, 1, 1})), vectors(rewrite(partly, "a")));
        assertEquals(1, requests.size());
    }

    private HybridMatchQueryBuilder hybrid(FusionOptions fusion) {
        return new HybridMatchQueryBuilder(
                QueryBuilders.matchQuery("t", "words"), query(InputType.TEXT), null, fusion, false);
    }

    /** Answers for cluster [far] with a mapping of [v]; cluster [farther] cannot be reached. */
    private final class TwoClusters extends NoOpClient {

        private final String mapping;
        private final List<String> asked = new ArrayList<>();

        TwoClusters(String mapping) {
            super(getTestName());
            this.mapping = mapping;
        }

        @Override
        public Client getRemoteClusterClient(String cluster) {
            asked.add(cluster);
            if (cluster.equals("farther")) {
                throw new NoSuchRemoteClusterException(cluster);
            }
            return this;
        }

        @Override
        protected <Request extends ActionRequest, Response extends ActionResponse> void doExecute(
                ActionType<Response> action, Request request, ActionListener<Response> listener) {
            assertArrayEquals(new String[] {"logs"}, ((GetFieldMappingsRequest) request).indices());
            try (BytesStreamOutput out = new BytesStreamOutput()) {
                out.writeVInt(1);
                out.writeString("logs");
                out.writeVInt(mapping == null ? 0 : 1);
                if (mapping != null) {
                    out.writeString("v");
                    out.writeString("v");
                    out.writeBytesReference(new BytesArray("{\"v\":" + mapping + "}"));
                }
                listener.onResponse(action.getResponseReader().read(out.bytes().streamInput()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private QueryBuilder rewriteShardByShard(TwoClusters client, String... indices) {
        SearchRequest request = new SearchRequest(indices);
        request.setCcsMinimizeRoundtrips(false);
        PlainActionFuture<QueryBuilder> rewritten = new PlainActionFuture<>();
        Rewriteable.rewriteAndFetch(
                query(InputType.TEXT),
                new QueryCoordinatorContext(
                        new BaseQueryRewriteContext(xContentRegistry(), null, client, () -> 0L), request),
                rewritten);
        return rewritten.actionGet();
    }

    private static String remote(String id) {
        return "{\"type\":\"embedding\",\"model\":\"theirs\",\"model_id\":\"" + id + "\",\"dimensions\":2}";
    }

    public void testFieldsOfOtherClustersAreAskedForWhereTheirShardsAreSearchedFromHere() {
        try (TwoClusters client = new TwoClusters(remote("two-1"))) {
            assertEquals(
                    List.of(new QueryVector("two-1", new float[] {1, 1})),
                    vectors(rewriteShardByShard(client, "far:logs")));
            assertEquals(
                    "the model of that id, whatever its name",
                    "two",
                    requests.getFirst().model());
            assertEquals(
                    2,
                    vectors(rewriteShardByShard(client, "a", "far:logs", "farther:logs"))
                            .size());
            assertEquals(
                    List.of("far", "far", "farther"),
                    client.asked.stream().sorted().toList());
        }
    }

    public void testModelThatOnlyAnotherClusterHas() {
        try (TwoClusters client = new TwoClusters(remote("theirs-1"))) {
            Exception e = expectThrows(IllegalArgumentException.class, () -> rewriteShardByShard(client, "far:logs"));
            assertEquals(
                    "field [v] of [far:logs] holds vectors of model id [theirs-1], which no model of this cluster has: add one"
                            + " with that id, or search with [ccs_minimize_roundtrips] [true] and [fusion] [score], so that"
                            + " each cluster embeds for itself",
                    e.getMessage());
            assertTrue(requests.isEmpty());
        }
    }

    public void testFieldThatNoClusterMaps() {
        try (TwoClusters client = new TwoClusters(null)) {
            Exception e = expectThrows(IllegalArgumentException.class, () -> rewriteShardByShard(client, "far:logs"));
            assertEquals(
                    "field [v] is not mapped as [embedding] in any of the searched indices, nor in those of the clusters [far]"
                            + " that can be reached",
                    e.getMessage());
        }
    }

    /** Explaining and validating do not say which indices they are about. */
    public void testIndicesThatNobodyNamedMayHaveChangedTheirModel() {
        assertEquals(
                Set.of("one-1", "two-1"),
                vectors(rewriteForNoRequest(query(InputType.TEXT))).stream()
                        .map(QueryVector::modelId)
                        .collect(Collectors.toSet()));
    }

    /** Data nodes rewrite what they search, and do not say which indices that is about. */
    public void testDataNodesEmbedNothingAgain() {
        QueryBuilder embedded = rewrite(query(InputType.TEXT), "a");
        requests.clear();
        assertSame(embedded, rewriteForNoRequest(embedded));
        assertEquals("an index of another model is there", List.of(), requests);
    }

    private QueryBuilder rewriteForNoRequest(QueryBuilder query) {
        PlainActionFuture<QueryBuilder> rewritten = new PlainActionFuture<>();
        Rewriteable.rewriteAndFetch(
                query, new BaseQueryRewriteContext(xContentRegistry(), null, null, () -> 0L), rewritten);
        return rewritten.actionGet();
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
        QuerySource without = QuerySource.text(InputType.TEXT, "words").withoutVectors();
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
