/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch;

import static org.hamcrest.Matchers.containsString;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertAcked;

import com.carrotsearch.randomizedtesting.annotations.ThreadLeakFilters;
import dev.embeddingsearch.PermissionsPage.Role;
import dev.embeddingsearch.embedding.http.OkHttpThreadFilter;
import dev.embeddingsearch.query.SecurityStandIn;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.Reply;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.After;
import org.junit.Before;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.http.HttpRequest;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.PluginsService;
import org.opensearch.rest.AbstractRestChannel;
import org.opensearch.rest.RestController;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.RestResponse;
import org.opensearch.test.OpenSearchSingleNodeTestCase;
import org.opensearch.test.rest.FakeRestRequest;
import org.opensearch.threadpool.ThreadPool;

/** The roles of the page on permissions can do what it says, nothing else, and not without any of their patterns. */
@ThreadLeakFilters(filters = OkHttpThreadFilter.class)
public class RolesIT extends OpenSearchSingleNodeTestCase {

    private static final String INDEX = "articles";
    private static final String ELSEWHERE = "secrets";
    private static final String URL = "embedding.model.default.url";
    private static final String READER = "embedding_reader";
    private static final String WRITER = "embedding_writer";
    private static final String OPERATOR = "embedding_operator";

    private static final String NEAR =
            "{\"embedding\": {\"field\": \"meaning\", \"text\": \"sport on ice\", \"k\": 3}}";
    private static final String HYBRID = "{\"hybrid_match\": {\"query\": \"stones on ice\", \"fields\": [\"title\"],"
            + " \"embedding_field\": \"meaning\"}}";
    private static final String RANKED = HYBRID.replace("{\"query\"", "{\"fusion\": \"rrf\", \"query\"");

    private final AtomicInteger texts = new AtomicInteger();
    private FakeEmbeddingService service;
    private Map<String, Role> roles;

    /** What a role is for. */
    private record Operation(String name, String role, boolean onIndex, Steps steps) {}

    private interface Steps {
        void by(Caller caller) throws Exception;
    }

    private final List<Operation> operations = List.of(
            new Operation("hybrid_match", READER, true, caller -> caller.search(HYBRID)),
            new Operation("rrf", READER, true, caller -> caller.search(RANKED)),
            new Operation("embedding", READER, true, caller -> caller.search(NEAR)),
            new Operation(
                    "explain",
                    READER,
                    true,
                    caller -> caller.send("POST", caller.index() + "/_explain/1", query(RANKED))),
            new Operation(
                    "msearch",
                    READER,
                    true,
                    caller -> caller.send("POST", caller.index() + "/_msearch", "{}\n" + query(NEAR) + "\n")),
            new Operation("scroll", READER, true, RolesIT::scroll),
            new Operation("point in time", READER, true, RolesIT::searchPointInTime),
            new Operation("index", WRITER, true, caller -> caller.send("PUT", caller.index() + "/_doc/2", document())),
            new Operation(
                    "index a new field",
                    WRITER,
                    true,
                    caller -> caller.send(
                            "POST",
                            caller.index() + "/_doc",
                            "{\"title\": \"new\", \"f" + texts.incrementAndGet() + "\": 1}")),
            new Operation(
                    "bulk",
                    WRITER,
                    true,
                    caller -> caller.send(
                            "POST",
                            caller.index() + "/_bulk",
                            "{\"index\": {\"_id\": \"3\"}}\n" + document() + "\n{\"create\": {}}\n" + document()
                                    + "\n")),
            new Operation(
                    "update",
                    WRITER,
                    true,
                    caller -> caller.send("POST", caller.index() + "/_update/1", "{\"doc\": " + document() + "}")),
            new Operation("delete", WRITER, true, caller -> caller.send("DELETE", caller.index() + "/_doc/3", null)),
            new Operation("stats", OPERATOR, false, caller -> caller.send("GET", "_plugins/_embedding/stats", null)),
            new Operation("models", OPERATOR, false, caller -> caller.send("GET", "_plugins/_embedding/models", null)),
            new Operation(
                    "estimate",
                    OPERATOR,
                    false,
                    caller -> caller.send(
                            "POST", "_plugins/_embedding/estimate", "{\"documents\": 10, \"dimensions\": 16}")),
            new Operation(
                    "embed",
                    OPERATOR,
                    false,
                    caller -> caller.send("POST", "_plugins/_embedding/embed", "{\"input\": [\"ice\"]}")),
            new Operation(
                    "model settings",
                    OPERATOR,
                    false,
                    caller -> caller.send(
                            "PUT",
                            "_cluster/settings",
                            "{\"persistent\": {\"embedding.model.default.timeout\": \"20s\"}}")),
            new Operation(
                    "new keys", OPERATOR, false, caller -> caller.send("POST", "_nodes/reload_secure_settings", "{}")),
            new Operation("backfill", OPERATOR, true, this::markAndBackfill),
            new Operation("backfill as a task", OPERATOR, false, RolesIT::backfillAsTask));

    private static String query(String query) {
        return "{\"query\": " + query + "}";
    }

    private String document() {
        return "{\"title\": \"stones on ice " + texts.incrementAndGet() + "\"}";
    }

    private static void scroll(Caller caller) throws Exception {
        String search = "{\"size\": 1, \"query\": " + NEAR + "}";
        Object id = caller.send("POST", caller.index() + "/_search?scroll=1m", search)
                .get("_scroll_id");
        try {
            caller.send("POST", "_search/scroll", "{\"scroll\": \"1m\", \"scroll_id\": \"" + id + "\"}");
        } finally {
            caller.sendThenAsAnybody("DELETE", "_search/scroll", "{\"scroll_id\": \"" + id + "\"}");
        }
    }

    private static void searchPointInTime(Caller caller) throws Exception {
        Object id = caller.send("POST", caller.index() + "/_search/point_in_time?keep_alive=1m", null)
                .get("pit_id");
        try {
            for (String query : List.of(HYBRID, RANKED, NEAR)) {
                caller.send("POST", "_search", "{\"query\": " + query + ", \"pit\": {\"id\": \"" + id + "\"}}");
            }
        } finally {
            caller.sendThenAsAnybody("DELETE", "_search/point_in_time", "{\"pit_id\": [\"" + id + "\"]}");
        }
    }

    private void markAndBackfill(Caller caller) throws Exception {
        mark(caller.index(), 3);
        backfill(caller);
    }

    private static void backfill(Caller caller) throws Exception {
        Map<String, Object> done =
                caller.send("POST", "_plugins/_embedding/backfill/" + caller.index() + "?batch_size=2", null);
        assertEquals(done.get("total"), done.get("embedded"));
    }

    private static void backfillAsTask(Caller caller) throws Exception {
        String path = "_plugins/_embedding/backfill/" + caller.index();
        String slowly = "?wait_for_completion=false&verify=true&batch_size=1&documents_per_second=0.001";
        String task = "_tasks/" + caller.send("POST", path + slowly, null).get("task");
        try {
            caller.send("GET", task, null);
        } finally {
            caller.sendThenAsAnybody("POST", task + "/_cancel", null);
        }
    }

    /** Has documents without vectors, as on a day on which the service is down. */
    private void mark(String index, int documents) throws Exception {
        service.script(call -> Reply.error(503, "down", "down"));
        for (int i = 0; i < documents; i++) {
            new Caller(null, index).send("PUT", index + "/_doc/marked" + i, document());
        }
        service.script(service::vectors);
    }

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(SecurityStandIn.class, EmbeddingSearchPlugin.class);
    }

    @Override
    protected Settings nodeSettings() {
        return Settings.builder()
                .put("embedding.cache.size", "0")
                .put("embedding.model.default.max_retries", 0)
                .put("embedding.model.default.dimensions", 16)
                .putList("embedding.url_allowlist", "http://127.0.0.1:*")
                .build();
    }

    @Before
    public void start() throws Exception {
        roles = PermissionsPage.roles();
        assertEquals(List.of(READER, WRITER, OPERATOR), List.copyOf(roles.keySet()));
        service = new FakeEmbeddingService();
        setUrl(Settings.builder().put(URL, service.url()));
        for (String index : List.of(INDEX, ELSEWHERE)) {
            assertAcked(client().admin().indices().prepareCreate(index).setMapping("""
                    {"properties": {"title": {"type": "text"}, "meaning": {"type": "embedding", "dimensions": 16,
                      "source_fields": "title", "on_failure": "index_without_vector"}}}"""));
            new Caller(null, index).send("PUT", index + "/_doc/1?refresh", document());
            new Caller(null, index).send("PUT", index + "/_doc/2?refresh", document());
        }
    }

    @After
    public void stop() {
        service.close();
        setUrl(Settings.builder().putNull(URL).putNull("embedding.model.default.timeout"));
    }

    private void setUrl(Settings.Builder settings) {
        assertAcked(client().admin().cluster().prepareUpdateSettings().setPersistentSettings(settings));
    }

    /** Thrown where a request, or an item of it, is refused. */
    private static final class RefusedException extends Exception {
        RefusedException(String message) {
            super(message);
        }
    }

    /** Somebody who sends requests about an index; without a role, one who may do all. */
    private final class Caller {

        private final Map<String, List<String>> headers = new HashMap<>();
        private final String index;

        Caller(Role role, String index, String... hiddenFields) throws IOException {
            this.index = index;
            if (role != null) {
                headers.put(
                        SecurityStandIn.ROLE,
                        List.of(JsonXContent.contentBuilder().map(role.body()).toString()));
            }
            if (hiddenFields.length > 0) {
                headers.put(SecurityStandIn.HIDDEN_FIELDS, List.of(String.join(",", hiddenFields)));
            }
        }

        String index() {
            return index;
        }

        void search(String query) throws Exception {
            send("POST", index + "/_search", RolesIT.query(query));
        }

        /** Sends as the caller, and if that is refused as somebody who may. */
        void sendThenAsAnybody(String method, String path, String body) throws Exception {
            try {
                send(method, path, body);
            } catch (RefusedException e) {
                new Caller(null, index).send(method, path, body);
                throw e;
            }
        }

        Map<String, Object> send(String method, String path, String body) throws Exception {
            FakeRestRequest.Builder builder = new FakeRestRequest.Builder(xContentRegistry())
                    .withMethod(RestRequest.Method.valueOf(method))
                    .withPath("/" + path)
                    .withHeaders(new HashMap<>(headers));
            if (body != null) {
                builder.withContent(new BytesArray(body), XContentType.JSON);
            }
            RestResponse response = dispatch(builder.build().getHttpRequest());
            String text = response.content().utf8ToString();
            int status = response.status().getStatus();
            if (status == 403 || text.contains("no permissions for")) {
                throw new RefusedException(text);
            }
            assertTrue(method + " " + path + ": " + status + " " + text, status < 300 || method.equals("DELETE"));
            return XContentHelper.convertToMap(JsonXContent.jsonXContent, text, false);
        }

        private RestResponse dispatch(HttpRequest sent) throws Exception {
            CompletableFuture<RestResponse> answer = new CompletableFuture<>();
            RestController rest = getInstanceFromNode(PluginsService.class)
                    .filterPlugins(SecurityStandIn.class)
                    .getFirst()
                    .rest();
            ThreadContext threads = getInstanceFromNode(ThreadPool.class).getThreadContext();
            try (RequestChannel connection = new RequestChannel();
                    ThreadContext.StoredContext stored = threads.stashContext()) {
                RestRequest request = RestRequest.request(xContentRegistry(), sent, connection);
                AbstractRestChannel channel = new AbstractRestChannel(request, true) {
                    @Override
                    public void sendResponse(RestResponse response) {
                        answer.complete(response);
                    }
                };
                rest.dispatchRequest(request, channel, threads);
                return answer.get(30, TimeUnit.SECONDS);
            }
        }
    }

    private static boolean refused(Steps steps, Caller caller) throws Exception {
        try {
            steps.by(caller);
            return false;
        } catch (RefusedException e) {
            return true;
        }
    }

    public void testRolesCanDoWhatTheyAreFor() throws Exception {
        for (Operation operation : operations) {
            operation.steps().by(new Caller(roles.get(operation.role()), INDEX));
        }
    }

    public void testRolesCannotDoWhatOthersAreFor() throws Exception {
        Map<String, TreeSet<String>> possible = new LinkedHashMap<>();
        for (Map.Entry<String, Role> role : roles.entrySet()) {
            TreeSet<String> done = new TreeSet<>();
            for (Operation operation : operations) {
                if (!operation.role().equals(role.getKey())
                        && !refused(operation.steps(), new Caller(role.getValue(), INDEX))) {
                    done.add(operation.name());
                }
            }
            possible.put(role.getKey(), done);
        }
        assertEquals(new TreeSet<>(), possible.get(READER));
        assertEquals(new TreeSet<>(), possible.get(WRITER));
        assertEquals(
                "who fills documents searches and indexes them",
                new TreeSet<>(List.of("bulk", "embedding", "hybrid_match", "index", "rrf", "scroll")),
                possible.get(OPERATOR));
    }

    public void testRolesAreForTheirIndicesOnly() throws Exception {
        for (Operation operation : operations) {
            if (operation.onIndex()) {
                Caller caller = new Caller(roles.get(operation.role()), ELSEWHERE);
                assertTrue(operation.name(), refused(operation.steps(), caller));
            }
        }
    }

    public void testEachPatternIsNeeded() throws Exception {
        for (Map.Entry<String, Role> role : roles.entrySet()) {
            for (String pattern : role.getValue().patterns()) {
                Caller caller = new Caller(role.getValue().without(pattern), INDEX);
                boolean needed = false;
                for (Operation operation : operations) {
                    needed |= operation.role().equals(role.getKey()) && refused(operation.steps(), caller);
                }
                assertTrue("[" + role.getKey() + "] can do without [" + pattern + "]", needed);
            }
        }
    }

    public void testNothingIsSentForWhoMayNotWrite() throws Exception {
        String bulk = "indices:data/write/bulk";
        String ofShard = "indices:data/write/bulk[s]";
        String index = "indices:data/write/index";
        assertRefusedUnpaid(WRITER, steps("index"), bulk, ofShard, index);
        assertRefusedUnpaid(WRITER, steps("bulk"), bulk, ofShard, index);
        assertRefusedUnpaid(WRITER, steps("update"), bulk, ofShard, "indices:data/write/update");
        mark(INDEX, 3);
        String search = "indices:data/read/search";
        String backfill = "indices:data/write/embedding/backfill";
        assertRefusedUnpaid(OPERATOR, RolesIT::backfill, bulk, ofShard, index, search, backfill);
    }

    private Steps steps(String operation) {
        return operations.stream()
                .filter(each -> each.name().equals(operation))
                .findFirst()
                .orElseThrow()
                .steps();
    }

    /** Without any of the permissions {@code missing}, alone. */
    private void assertRefusedUnpaid(String role, Steps steps, String... missing) throws Exception {
        for (String pattern : missing) {
            Caller caller = new Caller(roles.get(role).without(pattern), INDEX);
            int calls = service.calls().size();
            assertTrue("without [" + pattern + "]", refused(steps, caller));
            assertEquals("without [" + pattern + "]", calls, service.calls().size());
        }
    }

    public void testBackfillSaysThatMarksAreHidden() throws Exception {
        mark(INDEX, 2);
        for (String hidden : List.of("meaning", "meaning._embedding_pending")) {
            Caller blind = new Caller(roles.get(OPERATOR), INDEX, hidden);
            RefusedException e = expectThrows(RefusedException.class, () -> backfill(blind));
            assertThat(
                    e.getMessage(),
                    containsString("field-level security hides fields [*._embedding_pending] of index [articles]"));
            String all = "_plugins/_embedding/backfill/" + INDEX + "?verify=true";
            assertEquals(4, blind.send("POST", all, null).get("total"));
        }
    }
}
