/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch;

import static org.hamcrest.Matchers.containsString;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertAcked;

import com.carrotsearch.randomizedtesting.annotations.ThreadLeakFilters;
import dev.embeddingsearch.embedding.http.OkHttpThreadFilter;
import dev.embeddingsearch.mapper.PendingMark;
import dev.embeddingsearch.mapper.VectorValue;
import dev.embeddingsearch.reembed.BackfillAction;
import dev.embeddingsearch.reembed.BackfillRequest;
import dev.embeddingsearch.reembed.BackfillResponse;
import dev.embeddingsearch.reembed.BackfillStatus;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.Reply;
import dev.embeddingsearch.testkit.TextVectors;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.After;
import org.junit.Before;
import org.opensearch.action.admin.cluster.node.tasks.cancel.CancelTasksRequest;
import org.opensearch.action.bulk.BulkRequestBuilder;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.common.action.ActionFuture;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.SearchHit;
import org.opensearch.search.aggregations.AggregationBuilders;
import org.opensearch.search.aggregations.bucket.terms.Terms;
import org.opensearch.tasks.TaskInfo;
import org.opensearch.test.OpenSearchIntegTestCase;
import org.opensearch.test.OpenSearchIntegTestCase.ClusterScope;

/** Documents let in while the service is down, and what fills them later, on several nodes and shards. */
@ClusterScope(scope = OpenSearchIntegTestCase.Scope.SUITE, numDataNodes = 2, numClientNodes = 1)
@ThreadLeakFilters(filters = OkHttpThreadFilter.class)
public class EmbeddingBackfillIT extends OpenSearchIntegTestCase {

    private static final String INDEX = "articles";
    private static final String MARK = "meaning._embedding_pending";
    private static final String MODEL = "embedding.model.default.";
    private static final int DIMENSIONS = 16;
    private static final String DOWN = "model [default]: its service cannot be reached, is busy or is too slow [503]";

    private FakeEmbeddingService service;
    private final Map<String, String> texts = new TreeMap<>();

    @Override
    protected Collection<Class<? extends Plugin>> nodePlugins() {
        return List.of(EmbeddingSearchPlugin.class);
    }

    @Override
    protected Settings nodeSettings(int ordinal) {
        return Settings.builder()
                .put(super.nodeSettings(ordinal))
                .put("embedding.cache.size", "0")
                .putList("embedding.url_allowlist", "http://127.0.0.1:*")
                .build();
    }

    @Before
    public void startService() throws Exception {
        service = new FakeEmbeddingService();
        set(Settings.builder().put(MODEL + "url", service.url()).put(MODEL + "max_retries", 0));
    }

    @After
    public void stopService() {
        service.close();
        set(Settings.builder().putNull(MODEL + "url").putNull(MODEL + "max_retries"));
    }

    private static void set(Settings.Builder settings) {
        assertAcked(client().admin().cluster().prepareUpdateSettings().setPersistentSettings(settings));
    }

    private void create(String more, Settings.Builder settings) {
        assertAcked(prepareCreate(INDEX)
                .setSettings(settings.put("number_of_shards", 3).put("number_of_replicas", 1))
                .setMapping("{\"dynamic\":\"strict\"," + more + "\"properties\":{\"text\":{\"type\":\"text\"},"
                        + "\"views\":{\"type\":\"integer\"},\"meaning\":{\"type\":\"embedding\",\"dimensions\":"
                        + DIMENSIONS + ",\"source_fields\":\"text\",\"on_failure\":\"index_without_vector\"}}}"));
    }

    private void create() {
        create("", Settings.builder());
    }

    private IndexRequest document(String id) {
        texts.put(id, "stones on ice " + id);
        IndexRequest request = new IndexRequest(INDEX).id(id).source("text", texts.get(id), "views", 0);
        return id.hashCode() % 2 == 0 ? request : request.routing("r" + id);
    }

    /** Indexes documents while the service answers {@code status}. */
    private void load(int count, int status) {
        if (status != 200) {
            service.script(call -> Reply.error(status, "down", "down"));
        }
        BulkRequestBuilder bulk = client().prepareBulk();
        for (int i = 0; i < count; i++) {
            bulk.add(document(Integer.toString(i)));
        }
        BulkResponse response = bulk.get();
        assertFalse(response.buildFailureMessage(), response.hasFailures());
        service.reset();
    }

    private BackfillRequest.Builder request() {
        return BackfillRequest.of(INDEX);
    }

    private static BackfillResponse backfill(BackfillRequest.Builder request) {
        return client().execute(BackfillAction.INSTANCE, request.build()).actionGet();
    }

    private long pending() {
        refresh(INDEX);
        return client().prepareSearch(INDEX)
                .setSize(0)
                .setTrackTotalHits(true)
                .setQuery(QueryBuilders.existsQuery("*._embedding_pending"))
                .get()
                .getHits()
                .getTotalHits()
                .value();
    }

    private void assertAllEmbedded() {
        assertEquals(0, pending());
        SearchResponse all = client().prepareSearch(INDEX)
                .setSize(1000)
                .addDocValueField("meaning")
                .get();
        assertEquals(texts.size(), all.getHits().getHits().length);
        for (SearchHit hit : all.getHits()) {
            float[] expected = TextVectors.of(texts.get(hit.getId()), DIMENSIONS);
            List<Object> indexed = hit.field("meaning").getValues();
            assertEquals(DIMENSIONS, indexed.size());
            for (int i = 0; i < DIMENSIONS; i++) {
                assertEquals(expected[i], ((Number) indexed.get(i)).floatValue(), 1e-6f);
            }
        }
    }

    private String nearest(String id) {
        SearchResponse found = client().prepareSearch(INDEX)
                .setQuery(QueryBuilders.wrapperQuery("{\"embedding\":{\"field\":\"meaning\",\"text\":\"" + texts.get(id)
                        + "\",\"k\":1,\"exact\":true}}"))
                .setSize(1)
                .get();
        return found.getHits().getHits().length == 0
                ? null
                : found.getHits().getAt(0).getId();
    }

    public void testDocumentsOfABadDayAreFoundByTheirWordsThenFilled() {
        create();
        int count = randomIntBetween(20, 60);
        load(count, 503);
        assertEquals(count, pending());
        SearchResponse found = client().prepareSearch(INDEX)
                .setQuery(QueryBuilders.matchQuery("text", "stones"))
                .addAggregation(AggregationBuilders.terms("reasons").field(MARK))
                .setSize(1)
                .setTrackTotalHits(true)
                .addFetchField(MARK)
                .addFetchField("meaning")
                .get();
        assertEquals(count, found.getHits().getTotalHits().value());
        Terms reasons = found.getAggregations().get("reasons");
        assertEquals(DOWN, reasons.getBuckets().getFirst().getKeyAsString());
        SearchHit hit = found.getHits().getAt(0);
        assertEquals(Map.of("_embedding_pending", DOWN), hit.getSourceAsMap().get("meaning"));
        assertEquals(DOWN, hit.field(MARK).getValue());
        assertNull(hit.field("meaning"));
        assertNull(nearest("0"));

        int batch = randomIntBetween(1, count + 1);
        BackfillResponse done = backfill(request().batchSize(batch));
        int batches = (count + batch - 1) / batch;
        assertEquals(new BackfillStatus(count, count, 0, 0, 0, batches), done.progress());
        assertEquals(RestStatus.OK, done.status());
        assertAllEmbedded();
        assertEquals("7", nearest("7"));
        assertEquals(new BackfillStatus(0, 0, 0, 0, 0, 0), backfill(request()).progress());
    }

    public void testOnlyMarkedDocumentsAreTouched() {
        create();
        load(10, 200);
        assertEquals(0, pending());
        service.script(call -> Reply.error(503, "down", "down"));
        assertFalse(client().prepareBulk().add(document("late")).get().hasFailures());
        service.reset();
        assertEquals(new BackfillStatus(1, 1, 0, 0, 0, 1), backfill(request()).progress());
        assertEquals(1, service.calls().size());
        assertAllEmbedded();
        assertEquals(1, client().prepareGet(INDEX, "0").get().getVersion());
    }

    public void testNewerDocumentIsNotOverwritten() throws Exception {
        create();
        load(6, 503);
        CountDownLatch gate = service.hold();
        ActionFuture<BackfillResponse> running =
                client().execute(BackfillAction.INSTANCE, request().build());
        service.awaitCalls(1);
        IndexRequest newer = document("0").source("views", 7);
        client().index(newer).actionGet();
        gate.countDown();
        assertEquals(new BackfillStatus(6, 5, 1, 0, 0, 1), running.actionGet().progress());
        assertEquals(
                Map.of("views", 7),
                client().prepareGet(INDEX, "0")
                        .setRouting(newer.routing())
                        .get()
                        .getSourceAsMap());
        assertEquals(0, pending());
    }

    public void testCancelEndsTheWaitForTheService() throws Exception {
        create();
        load(8, 503);
        CountDownLatch gate = service.hold();
        ActionFuture<BackfillResponse> running =
                client().execute(BackfillAction.INSTANCE, request().batchSize(4).build());
        service.awaitCalls(1);
        TaskInfo task = onlyTask();
        assertEquals("backfill of " + INDEX, task.getDescription());
        assertEquals(new BackfillStatus(8, 0, 0, 0, 0, 0), task.getStatus());
        client().admin()
                .cluster()
                .cancelTasks(new CancelTasksRequest().setTaskId(task.getTaskId()))
                .actionGet();
        BackfillResponse ended = running.actionGet();
        assertEquals("by user request", ended.cancelled());
        assertEquals(new BackfillStatus(8, 0, 0, 0, 0, 0), ended.progress());
        gate.countDown();
        assertEquals(8, pending());
        assertEquals(8, backfill(request()).progress().embedded());
        assertAllEmbedded();
    }

    public void testCancelEndsAPause() throws Exception {
        create();
        load(4, 503);
        ActionFuture<BackfillResponse> running = client().execute(
                        BackfillAction.INSTANCE,
                        request().batchSize(1).documentsPerSecond(0.001f).build());
        assertBusy(() ->
                assertEquals(new BackfillStatus(4, 1, 0, 0, 0, 1), onlyTask().getStatus()));
        client().admin()
                .cluster()
                .cancelTasks(new CancelTasksRequest().setTaskId(onlyTask().getTaskId()))
                .actionGet();
        assertEquals(1, running.actionGet().progress().batches());
        assertEquals(3, pending());
    }

    private static TaskInfo onlyTask() {
        List<TaskInfo> tasks = client()
                .admin()
                .cluster()
                .prepareListTasks()
                .setActions(BackfillAction.NAME)
                .setDetailed(true)
                .get()
                .getTasks()
                .stream()
                .filter(task -> !task.getParentTaskId().isSet())
                .toList();
        assertEquals(1, tasks.size());
        return tasks.getFirst();
    }

    public void testServiceThatStillIsDownEndsTheRunAfterABatch() {
        create();
        load(9, 503);
        service.script(call -> Reply.error(503, "down", "down"));
        BackfillResponse ended = backfill(request().batchSize(2));
        assertEquals(DOWN, ended.stopped());
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, ended.status());
        assertEquals(new BackfillStatus(9, 0, 0, 2, 0, 1), ended.progress());
        assertEquals(1, service.calls().size());
        assertEquals(9, pending());
    }

    public void testSizeAndPaceAreBounds() {
        create();
        load(9, 503);
        BackfillResponse done = backfill(request().batchSize(2).size(5).documentsPerSecond(1000));
        assertEquals(new BackfillStatus(5, 5, 0, 0, 0, 3), done.progress());
        assertEquals(4, pending());
    }

    public void testFailureThatIsNotTheServicesKeepsDocumentsOut() {
        create();
        service.script(call -> Reply.error(400, "refused", "no"));
        BulkResponse response = client().prepareBulk().add(document("refused")).get();
        assertThat(response.buildFailureMessage(), containsString("answered [400]"));
    }

    public void testUpdatesFillWhatIsMarked() {
        create();
        load(3, 503);
        String routing = document("0").routing();
        client().prepareUpdate(INDEX, "0")
                .setRouting(routing)
                .setDoc("views", 1)
                .get();
        assertEquals(2, pending());
        UpdateRequest second =
                new UpdateRequest(INDEX, "1").routing(document("1").routing());
        assertFalse(client().prepareBulk().add(second.doc("views", 1)).get().hasFailures());
        assertEquals(1, pending());
        client().index(document("2")).actionGet();
        assertAllEmbedded();
    }

    public void testVectorsThatTheSourceDoesNotKeep() {
        create("\"_source\":{\"excludes\":[\"meaning\"]},", Settings.builder());
        load(5, 503);
        assertEquals(5, pending());
        assertEquals(5, backfill(request()).progress().embedded());
        assertAllEmbedded();
    }

    public void testMarksOfAPipelineSayWhatToEmbed() {
        client().admin()
                .cluster()
                .preparePutPipeline(
                        "marking",
                        new BytesArray("{\"processors\":[{\"embedding\":{\"field_map\":{\"text\":\"o.v\"},"
                                + "\"on_failure_mark\":true}}]}"),
                        XContentType.JSON)
                .get();
        assertAcked(prepareCreate(INDEX)
                .setSettings(Settings.builder().put("index.default_pipeline", "marking"))
                .setMapping("{\"dynamic\":\"strict\",\"properties\":{\"text\":{\"type\":\"text\"},"
                        + "\"views\":{\"type\":\"integer\"},\"o\":{\"properties\":{\"v\":{\"type\":\"embedding\","
                        + "\"dimensions\":" + DIMENSIONS + "}}}}}"));
        load(1, 503);
        assertEquals(1, pending());
        assertEquals(
                new BackfillStatus(1, 1, 0, 0, 0, 1),
                backfill(BackfillRequest.of("art*")).progress());
        refresh(INDEX);
        SearchResponse all = client().prepareSearch(INDEX).setFetchSource(true).get();
        Map<?, ?> object = (Map<?, ?>) all.getHits().getAt(0).getSourceAsMap().get("o");
        assertFalse(PendingMark.is(object.get("v")));
        assertEquals(VectorValue.encode(TextVectors.of(texts.get("0"), DIMENSIONS)), object.get("v"));
        assertEquals(0, pending());
        client().admin().indices().prepareDelete(INDEX).get();
        client().admin().cluster().prepareDeletePipeline("marking").get();
    }

    public void testIndexThatIsNotThere() {
        Exception e = expectThrows(Exception.class, () -> backfill(BackfillRequest.of("absent")));
        assertThat(e.getMessage(), containsString("no such index [absent]"));
    }
}
