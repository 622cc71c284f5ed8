/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch;

import static org.hamcrest.Matchers.containsString;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertAcked;

import com.carrotsearch.randomizedtesting.annotations.ThreadLeakFilters;
import dev.embeddingsearch.embedding.http.OkHttpThreadFilter;
import dev.embeddingsearch.mapper.VectorValue;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.TextVectors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.After;
import org.junit.Before;
import org.opensearch.action.bulk.BulkRequestBuilder;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.search.SearchType;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.common.action.ActionFuture;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.plugins.Plugin;
import org.opensearch.script.Script;
import org.opensearch.search.SearchHit;
import org.opensearch.test.InternalTestCluster;
import org.opensearch.test.OpenSearchIntegTestCase;
import org.opensearch.test.OpenSearchIntegTestCase.ClusterScope;
import org.opensearch.transport.client.Client;

/** Several nodes, shards and replicas with a service of known vectors. */
@ClusterScope(scope = OpenSearchIntegTestCase.Scope.SUITE, numDataNodes = 3, numClientNodes = 1)
@ThreadLeakFilters(filters = OkHttpThreadFilter.class)
public class EmbeddingSearchIT extends OpenSearchIntegTestCase {

    /**
     * How far scores may be apart where the same documents lie in other segments, each with a spread of its own: as far as
     * they may in any index. The few documents here have moved them by .0012.
     */
    private static final float OTHER_SEGMENTS = 0.01f;

    private static final String INDEX = "articles";
    private static final String URL = "embedding.model.default.url";
    private static final int DIMENSIONS = 16;
    private static final List<String> WORDS =
            List.of("stone", "ice", "broom", "house", "skip", "hammer", "guard", "sheet", "draw", "button");

    private FakeEmbeddingService service;
    /** The text of each document. */
    private final Map<String, String> texts = new ConcurrentHashMap<>();

    @Override
    protected Collection<Class<? extends Plugin>> nodePlugins() {
        return List.of(EmbeddingSearchPlugin.class);
    }

    @Override
    protected Settings nodeSettings(int ordinal) {
        return Settings.builder()
                .put(super.nodeSettings(ordinal))
                .putList("embedding.url_allowlist", "http://127.0.0.1:*")
                .build();
    }

    @Before
    public void createIndex() throws Exception {
        service = new FakeEmbeddingService();
        setUrl(service.url());
        assertAcked(prepareCreate(INDEX)
                .setSettings(Settings.builder()
                        .put(IndexMetadata.SETTING_NUMBER_OF_SHARDS, 3)
                        .put(IndexMetadata.SETTING_NUMBER_OF_REPLICAS, 1))
                .setMapping("{\"properties\":{\"title\":{\"type\":\"text\"},\"body\":{\"type\":\"text\"},"
                        + "\"views\":{\"type\":\"integer\"},\"meaning\":{\"type\":\"embedding\",\"dimensions\":"
                        + DIMENSIONS + ",\"source_fields\":[\"title\",\"body\"]}}}"));
        ensureGreen(INDEX);
    }

    @After
    public void closeService() {
        setUrl(null);
        service.close();
    }

    private static void setUrl(String url) {
        Settings.Builder settings = Settings.builder();
        assertAcked(client().admin()
                .cluster()
                .prepareUpdateSettings()
                .setPersistentSettings(url == null ? settings.putNull(URL) : settings.put(URL, url)));
    }

    private static String words(int count) {
        return String.join(" ", randomList(count, count, () -> randomFrom(WORDS)));
    }

    private void addTo(BulkRequestBuilder bulk, String id) {
        String title = words(2) + " " + id;
        String body = words(randomIntBetween(3, 12));
        texts.put(id, title + "\n" + body);
        bulk.add(client().prepareIndex(INDEX).setId(id).setSource("title", title, "body", body, "views", 0));
    }

    private static void assertDone(BulkResponse response) {
        assertFalse(response.buildFailureMessage(), response.hasFailures());
    }

    /** Loads documents from several threads at once; every thread is another coordinating node's client. */
    private void load(int perThread) throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        for (int t = 0; t < 4; t++) {
            String prefix = "t" + t + "-";
            threads.add(new Thread(() -> {
                for (int from = 0; from < perThread; from += 25) {
                    BulkRequestBuilder bulk = client().prepareBulk();
                    for (int i = from; i < Math.min(perThread, from + 25); i++) {
                        addTo(bulk, prefix + i);
                    }
                    assertDone(bulk.get());
                    disturb();
                }
            }));
        }
        threads.forEach(thread -> thread.setUncaughtExceptionHandler((where, failure) -> failures.add(failure)));
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), failures);
        refresh(INDEX);
    }

    private void disturb() {
        switch (randomInt(3)) {
            case 0 -> refresh(INDEX);
            case 1 -> flush(INDEX);
            case 2 ->
                client().admin()
                        .indices()
                        .prepareForceMerge(INDEX)
                        .setMaxNumSegments(1)
                        .get();
            default -> {}
        }
    }

    private void assertEveryDocumentHasItsVector() {
        refresh(INDEX);
        SearchResponse all = client().prepareSearch(INDEX)
                .setSize(texts.size() + 10)
                .setFetchSource(true)
                .addDocValueField("meaning")
                .get();
        assertEquals(texts.size(), all.getHits().getHits().length);
        for (SearchHit hit : all.getHits()) {
            float[] expected = TextVectors.of(texts.get(hit.getId()), DIMENSIONS);
            assertEquals(
                    hit.getId(),
                    VectorValue.encode(expected),
                    hit.getSourceAsMap().get("meaning"));
            List<Object> indexed = hit.field("meaning").getValues();
            assertEquals(DIMENSIONS, indexed.size());
            for (int i = 0; i < DIMENSIONS; i++) {
                assertEquals(expected[i], ((Number) indexed.get(i)).floatValue(), 1e-6f);
            }
        }
    }

    private static String hybrid(String text) {
        return "{\"hybrid_match\":{\"query\":\"" + text
                + "\",\"fields\":[\"title^2\",\"body\"],\"embedding_field\":\"meaning\",\"k\":1000}}";
    }

    private static String nearest(String text) {
        return "{\"embedding\":{\"field\":\"meaning\",\"text\":\"" + text + "\",\"k\":1000,\"exact\":true}}";
    }

    public void testManySearchesOfOneNewTextAtOneNodeMakeOneCall() throws Exception {
        load(10);
        Client node = client(randomFrom(internalCluster().getNodeNames()));
        int before = service.calls().size();
        List<ActionFuture<SearchResponse>> searches = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            searches.add(node.prepareSearch(INDEX)
                    .setQuery(QueryBuilders.wrapperQuery(nearest("a text that is new to the node")))
                    .execute());
        }
        for (ActionFuture<SearchResponse> search : searches) {
            assertTrue(search.actionGet().getHits().getHits().length > 0);
        }
        assertEquals(before + 1, service.calls().size());
    }

    /** Hits with their scores, asked for at one node, of which copies of the shards {@code preference} says. */
    private Map<String, Float> search(String node, String query, String preference) {
        int before = service.calls().size();
        SearchResponse found = client(node)
                .prepareSearch(INDEX)
                .setSearchType(SearchType.DFS_QUERY_THEN_FETCH)
                .setPreference(preference)
                .setQuery(QueryBuilders.wrapperQuery(query))
                .setSize(texts.size())
                .get();
        assertEquals(0, found.getFailedShards());
        int calls = service.calls().size() - before;
        assertTrue("calls of the service for one search of three shards, none if known: " + calls, calls <= 1);
        Map<String, Float> scores = new HashMap<>();
        found.getHits().forEach(hit -> scores.put(hit.getId(), hit.getScore()));
        return scores;
    }

    private static void assertScores(Map<String, Float> expected, Map<String, Float> scores, float delta) {
        assertEquals(expected.keySet(), scores.keySet());
        expected.forEach((id, score) -> assertEquals(id, score, scores.get(id), delta));
    }

    public void testBulkLoadAndRelocation() throws Exception {
        load(75);
        assertEveryDocumentHasItsVector();
        String leaving = randomFrom(internalCluster().getDataNodeNames());
        client().admin()
                .indices()
                .prepareUpdateSettings(INDEX)
                .setSettings(Settings.builder().put("index.routing.allocation.exclude._name", leaving))
                .get();
        BulkRequestBuilder during = client().prepareBulk();
        for (int i = 0; i < 50; i++) {
            addTo(during, "during-" + i);
        }
        assertDone(during.get());
        ensureGreen(INDEX);
        waitForRelocation();
        assertFalse(internalCluster().nodesInclude(INDEX).contains(leaving));
        assertEveryDocumentHasItsVector();
    }

    public void testEveryNodeAndReplicaAnswersEqually() throws Exception {
        load(50);
        client().admin().indices().prepareForceMerge(INDEX).setMaxNumSegments(1).get();
        refresh(INDEX);
        List<String> queries = List.of(hybrid(words(3) + " " + randomAlphaOfLength(6)), nearest(words(4)));
        String first = internalCluster().getNodeNames()[0];
        for (String query : queries) {
            Map<String, Float> expected = search(first, query, "_primary");
            assertFalse(expected.isEmpty());
            for (String node : internalCluster().getNodeNames()) {
                assertScores(expected, search(node, query, "_primary"), 0);
                assertScores(expected, search(node, query, "_replica"), OTHER_SEGMENTS);
            }
        }
    }

    public void testRestarts() throws Exception {
        load(25);
        String query = hybrid("stone on ice");
        Map<String, Float> expected = search(internalCluster().getNodeNames()[0], query, "_primary");
        internalCluster().restartRandomDataNode();
        ensureGreen(INDEX);
        assertEveryDocumentHasItsVector();
        internalCluster().fullRestart(new InternalTestCluster.RestartCallback());
        ensureGreen(INDEX);
        assertEveryDocumentHasItsVector();
        assertScores(expected, search(internalCluster().getNodeNames()[0], query, "_primary"), OTHER_SEGMENTS);
    }

    private String body(String id) {
        return texts.get(id).substring(texts.get(id).indexOf('\n') + 1);
    }

    private void assertUpdated(String id, String text) {
        texts.put(id, text);
        assertEveryDocumentHasItsVector();
    }

    public void testUpdates() throws Exception {
        load(5);
        String body = body("t0-0");
        client().prepareUpdate(INDEX, "t0-0").setDoc("title", "by update").get();
        assertUpdated("t0-0", "by update\n" + body);
        UpdateRequest alone = new UpdateRequest(INDEX, "t0-0").doc("title", "alone in its bulk");
        assertDone(client().prepareBulk().add(alone).get());
        assertUpdated("t0-0", "alone in its bulk\n" + body);
        BulkRequestBuilder several = client().prepareBulk();
        several.add(new UpdateRequest(INDEX, "t0-0").doc("title", "one of several"));
        several.add(new UpdateRequest(INDEX, "t1-0").doc("views", 7));
        addTo(several, "new");
        assertDone(several.get());
        assertUpdated("t0-0", "one of several\n" + body);
        int before = service.calls().size();
        client().prepareUpdate(INDEX, "t0-0").setDoc("views", 8).get();
        assertEquals(
                "calls for a change of another field", before, service.calls().size());
        assertUpdated("t0-0", "one of several\n" + body);
        BulkResponse scripted = client().prepareBulk()
                .add(new UpdateRequest(INDEX, "t0-0").script(new Script("ctx._source.title = 'x'")))
                .get();
        assertThat(scripted.buildFailureMessage(), containsString("a scripted update inside [_bulk]"));
    }

    /** A node that does not ingest hands bulk requests on to one that does. */
    public void testPartialUpdateThroughANodeThatOnlyCoordinates() throws Exception {
        load(5);
        String coordinator = internalCluster().startNode(Settings.builder().putList("node.roles"));
        try {
            String body = body("t0-0");
            BulkRequestBuilder bulk = client(coordinator).prepareBulk();
            bulk.add(new UpdateRequest(INDEX, "t0-0").doc("title", "forwarded"));
            bulk.add(new UpdateRequest(INDEX, "t1-0").doc("views", 7));
            assertDone(bulk.get());
            assertUpdated("t0-0", "forwarded\n" + body);
        } finally {
            internalCluster().stopRandomNode(InternalTestCluster.nameFilter(coordinator));
        }
    }
}
