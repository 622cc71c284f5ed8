/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertAcked;

import com.carrotsearch.randomizedtesting.annotations.ThreadLeakFilters;
import dev.embeddingsearch.embedding.http.OkHttpThreadFilter;
import dev.embeddingsearch.faults.ApiRules;
import dev.embeddingsearch.faults.Fault;
import dev.embeddingsearch.faults.FaultPlan;
import dev.embeddingsearch.faults.FaultServer;
import dev.embeddingsearch.faults.FaultServer.Wire;
import dev.embeddingsearch.faults.Judge;
import dev.embeddingsearch.testkit.Base64Vector;
import dev.embeddingsearch.testkit.TextVectors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.action.get.MultiGetItemResponse;
import org.opensearch.action.get.MultiGetRequest;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.common.settings.MockSecureSettings;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.indices.breaker.CircuitBreakerService;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.IndexingPressureService;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.OpenSearchSingleNodeTestCase;

/** Bulk requests while the service fails: every document has its own vector or was reported with its reason. */
@ThreadLeakFilters(filters = OkHttpThreadFilter.class)
public class BulkUnderFaultsIT extends OpenSearchSingleNodeTestCase {

    private static final String INDEX = RandomLoad.INDEX;
    private static final String URL = "embedding.model.default.url";
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final int DIMENSIONS = 8;
    private static final int RETRIES = 4;
    private static final int IN_FLIGHT = 8;
    private static final int LOADERS = 6;
    private static final int DOCUMENTS = 60_000;

    /** What needs no fault of a text's own. */
    private static final List<Judge.Outcome> ALSO_ALLOWED = List.of();

    private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(EmbeddingSearchPlugin.class);
    }

    @Override
    protected Settings nodeSettings() {
        MockSecureSettings secrets = new MockSecureSettings();
        secrets.setString("embedding.model.default.api_key", KEY);
        return Settings.builder()
                .setSecureSettings(secrets)
                .putList("embedding.url_allowlist", "http://127.0.0.1:*")
                .put("embedding.model.default.max_retries", RETRIES)
                .put("embedding.model.default.max_in_flight", IN_FLIGHT)
                .put("embedding.model.default.max_batch_inputs", 16)
                .put("embedding.model.default.timeout", "4s")
                .build();
    }

    private void setUrl(String url) {
        Settings.Builder settings = Settings.builder();
        assertAcked(client().admin()
                .cluster()
                .prepareUpdateSettings()
                .setPersistentSettings(url == null ? settings.putNull(URL) : settings.put(URL, url)));
    }

    private void createIndex() {
        assertAcked(client().admin()
                .indices()
                .prepareCreate(INDEX)
                .setSettings(Settings.builder().put("index.refresh_interval", "-1"))
                .setMapping("{\"properties\":{\"title\":{\"type\":\"text\"},\"body\":{\"type\":\"text\"},"
                        + "\"meaning\":{\"type\":\"embedding\",\"dimensions\":" + DIMENSIONS
                        + ",\"source_fields\":[\"title\",\"body\"]}}}"));
    }

    private static ApiRules rules() {
        ApiRules small = ApiRules.small(DIMENSIONS);
        return new ApiRules(small.model(), KEY, DIMENSIONS, small.inputTokens(), small.requestTokens(), small.tokens());
    }

    public void testEveryDocumentHasItsVectorOrItsReason() throws Exception {
        FaultPlan plan = FaultPlan.of(randomLong(), 0.1);
        logger.info("faults: {}", plan);
        try (FaultServer server = new FaultServer(rules(), plan, Wire.plain(30))) {
            setUrl(server.url());
            createIndex();
            Judge judge = new Judge(server, RETRIES, true, ALSO_ALLOWED);
            List<RandomLoad> loads = load(judge);
            assertEquals(List.of(), errors);
            assertEquals(List.of(), server.violations());
            client().admin().indices().prepareRefresh(INDEX).get();
            int documents = 0;
            for (RandomLoad load : loads) {
                documents += load.acknowledged().size();
                assertStored(load);
                assertTrue("some documents failed", load.failures() > 0);
            }
            assertEquals(documents, count(QueryBuilders.matchAllQuery()));
            assertEquals(documents, count(QueryBuilders.existsQuery("meaning")));
            assertNothingIsHeld(server);
            logger.info("[{}] documents, [{}] requests", documents, server.requests());
        } finally {
            setUrl(null);
        }
    }

    /** Ingest loses its way when such an update fails, unless it is helped. */
    public void testFailedPartialUpdatesAreReported() throws Exception {
        FaultPlan quota = new FaultPlan(randomLong(), 1, List.of(Fault.QUOTA), 0);
        try (FaultServer right = new FaultServer(rules(), FaultPlan.of(randomLong(), 0), Wire.plain(30));
                FaultServer wrong = new FaultServer(rules(), quota, Wire.plain(30))) {
            setUrl(right.url());
            createIndex();
            client().prepareIndex(INDEX)
                    .setId("1")
                    .setSource("title", "old", "body", "stays")
                    .get();
            setUrl(wrong.url());
            UpdateRequest known = new UpdateRequest(INDEX, "1").doc("title", "new");
            UpdateRequest inserting =
                    new UpdateRequest(INDEX, "2").doc("title", "two").docAsUpsert(true);
            assertAllFail(known);
            assertAllFail(known, inserting, new IndexRequest(INDEX).id("3").source("title", "three"));
            assertContent("1", new RandomLoad.Content("old", "stays"), stored("1"));
            setUrl(right.url());
            client().prepareDelete(INDEX, "1").get();
            BulkResponse again = client().prepareBulk().add(known).get();
            assertEquals(RestStatus.NOT_FOUND, again.getItems()[0].getFailure().getStatus());
        } finally {
            setUrl(null);
        }
    }

    private void assertAllFail(DocWriteRequest<?>... requests) {
        BulkResponse response = client().bulk(new BulkRequest().add(requests)).actionGet(RandomLoad.PATIENCE);
        assertEquals(requests.length, response.getItems().length);
        for (int i = 0; i < requests.length; i++) {
            BulkItemResponse.Failure failure = response.getItems()[i].getFailure();
            assertEquals(requests[i].id(), failure.getId());
            assertEquals(INDEX, failure.getIndex());
            assertEquals(RestStatus.SERVICE_UNAVAILABLE, failure.getStatus());
            assertThat(failure.getMessage(), containsString(Fault.QUOTA.words()));
        }
    }

    private Map<String, Object> stored(String id) {
        return client().prepareGet(INDEX, id).get().getSourceAsMap();
    }

    private List<RandomLoad> load(Judge judge) throws InterruptedException {
        List<RandomLoad> loads = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < LOADERS; i++) {
            loads.add(new RandomLoad(client(), judge, "loader" + i, randomLong(), DOCUMENTS / LOADERS));
            threads.add(start(loads.get(i)));
        }
        AtomicBoolean loaded = new AtomicBoolean();
        Random random = new Random(randomLong());
        Thread searcher = start(() -> {
            for (int i = 0; !loaded.get(); i++) {
                search("question " + i + " " + random.nextInt(), judge);
            }
        });
        for (Thread thread : threads) {
            thread.join();
        }
        loaded.set(true);
        searcher.join();
        return loads;
    }

    private Thread start(Runnable task) {
        Thread thread = new Thread(task);
        thread.setUncaughtExceptionHandler((where, e) -> errors.add(e));
        thread.start();
        return thread;
    }

    private void search(String text, Judge judge) {
        String query = "{\"embedding\":{\"field\":\"meaning\",\"text\":\"" + text + "\",\"k\":5}}";
        try {
            client().prepareSearch(INDEX)
                    .setQuery(QueryBuilders.wrapperQuery(query))
                    .get();
        } catch (RuntimeException e) {
            judge.failure(text, ExceptionsHelper.status(e).getStatus(), ExceptionsHelper.stackTrace(e));
        }
    }

    private long count(QueryBuilder query) {
        return client().prepareSearch(INDEX)
                .setSize(0)
                .setTrackTotalHits(true)
                .setQuery(query)
                .get()
                .getHits()
                .getTotalHits()
                .value();
    }

    private void assertStored(RandomLoad load) {
        List<String> ids = load.sent();
        for (int from = 0; from < ids.size(); from += 1000) {
            MultiGetRequest request = new MultiGetRequest();
            ids.subList(from, Math.min(ids.size(), from + 1000)).forEach(id -> request.add(INDEX, id));
            for (MultiGetItemResponse item : client().multiGet(request).actionGet()) {
                RandomLoad.Content expected = load.acknowledged().get(item.getId());
                assertEquals(item.getId(), expected != null, item.getResponse().isExists());
                if (expected != null) {
                    assertContent(item.getId(), expected, item.getResponse().getSourceAsMap());
                }
            }
        }
    }

    private static void assertContent(String id, RandomLoad.Content expected, Map<String, Object> source) {
        assertEquals(id, expected.title(), source.get("title"));
        assertEquals(id, expected.body(), source.get("body"));
        float[] vector = Base64Vector.read((String) source.get("meaning"));
        assertEquals(DIMENSIONS, vector.length);
        assertTrue(id + " has another's vector", TextVectors.matches(expected.text(), vector));
    }

    private void assertNothingIsHeld(FaultServer server) throws Exception {
        CircuitBreakerService breakers = getInstanceFromNode(CircuitBreakerService.class);
        IndexingPressureService pressure = getInstanceFromNode(IndexingPressureService.class);
        assertBusy(() -> {
            for (String breaker : List.of(CircuitBreaker.REQUEST, CircuitBreaker.IN_FLIGHT_REQUESTS)) {
                assertEquals(breaker, 0, breakers.getBreaker(breaker).getUsed());
            }
            assertEquals(0, pressure.nodeStats().getCurrentCombinedCoordinatingAndPrimaryBytes());
            assertThat("connections", server.connectionsHeldByClients(), lessThanOrEqualTo(IN_FLIGHT));
        });
    }
}
