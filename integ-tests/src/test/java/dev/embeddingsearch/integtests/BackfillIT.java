/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.Reply;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;

/** Documents taken in while the service was down get their vectors later, whatever happens meanwhile. */
public class BackfillIT {

    private static final String DOWN = "model [default]: its service cannot be reached, is busy or is too slow [503]";
    private static final String MARKED = "{\"query\": {\"exists\": {\"field\": \"meaning._embedding_pending\"}}}";

    private static FakeEmbeddingService service;
    private static Node node;
    private static Http http;

    @BeforeClass
    public static void start() throws IOException {
        service = new FakeEmbeddingService(TextVectors::ofWords);
        node = Distributions.withPlugin()
                .node(ShortLived.single("backfill")
                        .with("embedding.cache.size", "0")
                        .with("embedding.url_allowlist", List.of("http://127.0.0.1:*"))
                        .with("embedding.model.default.url", service.url())
                        .with("embedding.model.default.max_retries", 0))
                .start();
        http = new Http(node.uri());
    }

    @AfterClass
    public static void stop() {
        http.close();
        node.close();
        service.close();
    }

    @Before
    public void reset() {
        service.reset();
    }

    private static void create(String index, String settings) {
        http.put(index, """
                {"settings": {"number_of_replicas": 0 %s}, "mappings": {"dynamic": "strict", "properties": {
                    "body": {"type": "text"},
                    "passes": {"type": "keyword"},
                    "meaning": {"type": "embedding", "dimensions": 256, "source_fields": ["body"],
                        "on_failure": "index_without_vector"}}}}
                """.formatted(settings)).expect(200);
    }

    /** Has documents indexed while the service is down. */
    private static void load(String index, int count) {
        service.script(call -> Reply.error(503, "overloaded", "come back later: " + call.inputs()));
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append("{\"index\": {\"_id\": \"%d\"}}\n{\"body\": \"%s\"}\n".formatted(i, text(i)));
        }
        http.bulk(index + "/_bulk", lines.toString()).expectAllItems();
        service.reset();
    }

    private static String text(int i) {
        return "text number " + i;
    }

    private static Answer backfill(String index, String parameters) {
        return http.post("_plugins/_embedding/backfill/" + index + parameters, null);
    }

    private static String inBackground(String index, String parameters) {
        return backfill(index, "?wait_for_completion=false" + parameters)
                .expect(200)
                .at("/task")
                .asText();
    }

    @Test
    public void testTextThatTheServiceCannotTakeStopsNothing() {
        create("poisoned", "");
        load("poisoned", 20);
        service.script(call -> call.inputs().contains(text(7))
                ? Reply.error(500, "server_error", "no numbers")
                : service.vectors(call));
        Answer done = backfill("poisoned", "?batch_size=4").expect(200);
        assertEquals(done.body().toString(), 19, done.at("/embedded").asInt());
        assertEquals(done.body().toString(), 1, done.at("/failed").asInt());
        assertEquals("7", done.at("/failures/0/id").asText());
        assertEquals(1, marked("poisoned"));
    }

    private static int marked(String index) {
        http.post(index + "/_refresh", null).expect(200);
        return http.post(index + "/_count", MARKED).expect(200).at("/count").asInt();
    }

    private static void expectCounts(JsonNode answer, int total, int embedded, int conflicts) {
        assertEquals(answer.toString(), total, answer.at("/total").asInt());
        assertEquals(answer.toString(), embedded, answer.at("/embedded").asInt());
        assertEquals(answer.toString(), conflicts, answer.at("/conflicts").asInt());
        assertEquals(answer.toString(), 0, answer.at("/failed").asInt());
    }

    private static Answer nearest(String index, String text) {
        return http.search(index, """
                {"size": 1, "query": {"embedding": {"field": "meaning", "text": "%s", "exact": true}}}
                """.formatted(text));
    }

    /** Has the service reply to so many calls, but not to the next. */
    private static void replyTo(int calls) {
        AtomicInteger before = new AtomicInteger();
        service.script(call -> before.getAndIncrement() == calls ? Reply.NEVER : service.vectors(call));
    }

    @Test
    public void testIndexedWhileDownFoundByWordsThenByMeaning() {
        http.put("_ingest/pipeline/pass", """
                {"processors": [{"append": {"field": "passes", "value": ["once"], "allow_duplicates": true}}]}
                """).expect(200);
        create("later", ", \"index.default_pipeline\": \"pass\", \"index.final_pipeline\": \"pass\"");
        load("later", 30);
        assertEquals(30, marked("later"));
        Answer found = http.search("later", "{\"size\": 1, \"query\": {\"match\": {\"body\": \"17\"}}}");
        assertEquals(List.of("17"), found.ids());
        assertEquals(
                "{\"_embedding_pending\":\"" + DOWN + "\"}",
                found.at("/hits/hits/0/_source/meaning").toString());
        assertEquals(List.of(), nearest("later", text(17)).ids());

        Answer done = backfill("later", "?batch_size=7").expect(200);
        expectCounts(done.body(), 30, 30, 0);
        assertEquals(5, done.at("/batches").asInt());
        assertFalse(done.body().has("stopped"));
        assertEquals(0, marked("later"));
        JsonNode source = http.source("later", "17");
        assertEquals(Articles.vectorOf(text(17)), source.at("/meaning").asText());
        assertEquals("both pipelines, once", 2, source.at("/passes").size());
        assertEquals(List.of("17"), nearest("later", text(17)).ids());
    }

    @Test
    public void testMarkIsAKeywordThatTheMappingDoesNotShow() {
        create("caps", "");
        load("caps", 1);
        Answer mapping = http.get("caps/_mapping").expect(200);
        assertFalse(mapping.body().toString(), mapping.body().toString().contains("_embedding_pending"));
        String name = "meaning._embedding_pending";
        assertEquals(
                "{\"type\":\"keyword\"}",
                http.get("caps/_mapping/field/*")
                        .expect(200)
                        .at("/caps/mappings/" + name + "/mapping/_embedding_pending")
                        .toString());
        Answer caps = http.get("caps/_field_caps?fields=*").expect(200);
        assertTrue(caps.at("/fields/" + name + "/keyword/aggregatable").asBoolean());
        Answer found = http.search("caps", "{\"fields\": [\"*\"], \"_source\": false}");
        JsonNode fields = found.at("/hits/hits/0/fields");
        assertEquals(fields.toString(), 2, fields.size());
        assertEquals(text(0), fields.at("/body/0").asText());
        assertEquals(DOWN, fields.at("/" + name + "/0").asText());
    }

    @Test
    public void testServiceThatStillIsDown() {
        create("down", "");
        load("down", 6);
        service.script(call -> Reply.error(503, "overloaded", "come back later: " + call.inputs()));
        Answer ended = backfill("down", "?batch_size=2").expect(503);
        assertEquals(DOWN, ended.at("/stopped").asText());
        assertEquals(1, ended.at("/batches").asInt());
        assertEquals(DOWN, ended.at("/failures/0/reason").asText());
        assertFalse(ended.body().toString(), ended.body().toString().contains("text number"));
        assertEquals(6, marked("down"));
    }

    @Test
    public void testNewerDocumentIsNotOverwritten() throws Exception {
        create("newer", "");
        load("newer", 4);
        CountDownLatch gate = service.hold();
        String task = inBackground("newer", "");
        service.awaitCalls(1);
        service.reset();
        http.put("newer/_doc/2", "{\"body\": \"written meanwhile\"}").expect(200);
        gate.countDown();
        Answer done = http.get("_tasks/" + task + "?wait_for_completion=true").expect(200);
        expectCounts(done.at("/response"), 4, 3, 1);
        assertEquals("written meanwhile", http.source("newer", "2").at("/body").asText());
        assertEquals(
                Articles.vectorOf("written meanwhile"),
                http.source("newer", "2").at("/meaning").asText());
    }

    @Test
    public void testCancelLeavesTheRestMarked() throws Exception {
        create("cancelled", "");
        load("cancelled", 10);
        replyTo(2);
        String task = inBackground("cancelled", "&batch_size=3");
        service.awaitCalls(3);
        JsonNode status = http.get("_tasks/" + task).expect(200).at("/task/status");
        assertEquals(status.toString(), 6, status.at("/embedded").asInt());
        assertEquals(status.toString(), 10, status.at("/total").asInt());
        http.post("_tasks/" + task + "/_cancel", null).expect(200);
        Answer ended = http.get("_tasks/" + task + "?wait_for_completion=true").expect(200);
        assertEquals("by user request", ended.at("/response/canceled").asText());
        expectCounts(ended.at("/response"), 10, 6, 0);
        assertEquals(4, marked("cancelled"));
        expectCounts(backfill("cancelled", "").expect(200).body(), 4, 4, 0);
    }

    @Test
    public void testKilledNodeGoesOnWhereItWas() throws Exception {
        create("killed", "");
        load("killed", 100);
        replyTo(5);
        inBackground("killed", "&batch_size=10");
        service.awaitCalls(6);
        node.kill();
        service.reset();
        node.start();
        http.get("_cluster/health/killed?timeout=90s&wait_for_status=yellow").expect(200);
        assertEquals(50, marked("killed"));
        expectCounts(backfill("killed", "?batch_size=10").expect(200).body(), 50, 50, 0);
        assertEquals(0, marked("killed"));
        assertEquals(100, Articles.vectors(http, "killed"));
    }

    @Test
    public void testBadParametersAreRefused() {
        create("bounds", "");
        backfill("bounds", "?batch_size=0").expectError(400, "[batch_size] expects 1 to 10000, got [0]");
        backfill("bounds", "?size=0&wait_for_completion=false").expectError(400, "[size] expects at least 1");
        backfill("bounds", "?documents_per_second=0").expectError(400, "[documents_per_second] expects more than 0");
        backfill("absent", "").expectError(404, "no such index [absent]");
    }
}
