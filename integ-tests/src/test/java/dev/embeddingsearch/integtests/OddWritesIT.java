/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.Reply;
import dev.embeddingsearch.testkit.TextVectors;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.After;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;

/** Writes in odd forms and at odd moments: each is answered, and no vector comes to stand beside another text. */
public class OddWritesIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String EMBEDDING = "\"type\": \"embedding\", \"dimensions\": 256";

    private final Http http = NODE.http();
    private final FakeEmbeddingService service = NODE.service();

    @Before
    public void restore() {
        NODE.restore();
    }

    @After
    public void nothingStaysUnderWay() {
        JsonNode pressure =
                http.get("_nodes/stats/indexing_pressure").expect(200).body();
        assertEquals(0, pressure.findValue("current").get("all_in_bytes").asLong());
        http.delete("*").expect(200);
    }

    private void create(String index, String properties) {
        http.put(index, "{\"mappings\": {\"properties\": {" + properties + "}}}")
                .expect(200);
    }

    /** A field {@code m} of the texts {@code t}, both within {@code o}. */
    private void createWithObject(String index) {
        create(
                index,
                "\"n\": {\"type\": \"integer\"}, \"o\": {\"properties\": {\"t\": {\"type\": \"text\"}, \"m\": {"
                        + EMBEDDING + ", \"source_fields\": [\"o.t\"]}}}");
    }

    private void createOfTwo(String index) {
        create(
                index,
                "\"a\": {\"type\": \"text\"}, \"b\": {\"type\": \"text\"}, \"m\": {" + EMBEDDING
                        + ", \"source_fields\": [\"a\", \"b\"]}");
    }

    private void expectVector(String index, String id, String field, String text) {
        http.post(index + "/_refresh", null).expect(200);
        JsonNode fields =
                http.search(index, """
                {"query": {"ids": {"values": ["%s"]}}, "docvalue_fields": ["%s"], "_source": false}""".formatted(id, field)).hits().get(0).path("fields");
        JsonNode numbers = fields.path(field);
        assertFalse("no vector for " + text, numbers.isMissingNode());
        float[] expected = TextVectors.ofWords("text-embedding-3-small", text, 256);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(text, expected[i], numbers.get(i).floatValue(), 1e-5f);
        }
    }

    @Test
    public void testParentsOfTheFieldThatAreNoObjects() {
        create(
                "parents",
                "\"t\": {\"type\": \"text\"}, \"meta\": {\"properties\": {\"m\": {" + EMBEDDING
                        + ", \"source_fields\": [\"t\"]}}}");
        int id = 0;
        for (String meta : List.of("null", "[]", "[null]", "{}", "[{\"a\": 1}]", "[{\"a\": 1}, {\"b\": 2}]")) {
            id++;
            http.put("parents/_doc/" + id, "{\"t\": \"ice " + id + "\", \"meta\": " + meta + "}")
                    .expect(201);
            expectVector("parents", "" + id, "meta.m", "ice " + id);
        }
        http.put("parents/_doc/9", "{\"t\": \"ice\", \"meta\": \"x\"}").expectError(400, "object mapping for [meta]");
        http.bulk("parents/_bulk", """
                {"index": {"_id": "8"}}
                {"t": "ice", "meta": "x"}
                {"index": {"_id": "9"}}
                {"t": "snow", "meta": null}
                """).expectItemError(0, 400, "object mapping for [meta]");
        expectVector("parents", "9", "meta.m", "snow");
        http.post("parents/_update/4", "{\"doc\": {\"meta\": null}}").expect(200);
        expectVector("parents", "4", "meta.m", "ice 4");
    }

    @Test
    public void testPipelineBehindTheProcessorThatThrows() {
        http.put("_ingest/pipeline/throwing", """
                {"processors": [{"embedding": {"field_map": {"t": "v"}}},
                    {"foreach": {"field": "missing", "processor": {"uppercase": {"field": "_ingest._value"}}}}]}""").expect(200);
        String one = "{\"index\": {\"_index\": \"piped\"}}\n{\"t\": \"a\"}\n";
        http.post("piped/_doc?pipeline=throwing", "{\"t\": \"a\"}").expectError(400, "field [missing] not present");
        String other = "{\"index\": {\"_index\": \"notpiped\", \"pipeline\": \"_none\"}}\n{\"t\": \"b\"}\n";
        JsonNode items = http.bulk("_bulk?pipeline=throwing", one + other + one)
                .expect(200)
                .body()
                .at("/items");
        assertItem(items.at("/0/index"), 400, "field [missing] not present");
        assertItem(items.at("/1/index"), 429, "send it again");
        assertItem(items.at("/2/index"), 400, "field [missing] not present");
        http.post("notpiped/_count", null).expect(404);
        http.bulk("_bulk?pipeline=throwing", other + one).expectItemError(1, 400, "field [missing] not present");
        http.post("notpiped/_refresh", null).expect(200);
        assertEquals(1, http.search("notpiped", "{}").total());
    }

    /** OpenSearch runs an inner pipeline for each document by itself. */
    @Test
    public void testPipelineBehindAnInnerPipelineThatThrows() {
        http.put("_ingest/pipeline/inner", """
                {"processors": [{"embedding": {"field_map": {"t": "v"}}}]}""").expect(200);
        http.put("_ingest/pipeline/outer", """
                {"processors": [{"pipeline": {"name": "inner"}},
                    {"foreach": {"field": "missing", "processor": {"uppercase": {"field": "_ingest._value"}}}}]}""").expect(200);
        String one = "{\"index\": {\"_index\": \"piped\"}}\n{\"t\": \"a\"}\n";
        JsonNode items =
                http.bulk("_bulk?pipeline=outer", one + one).expect(200).body().at("/items");
        assertItem(items.at("/0/index"), 400, "field [missing] not present");
        assertItem(items.at("/1/index"), 400, "field [missing] not present");
    }

    private static void assertItem(JsonNode item, int status, String words) {
        assertEquals(item.toString(), status, item.at("/status").asInt());
        assertTrue(item.toString(), item.at("/error/reason").asText().contains(words));
    }

    @Test
    public void testEverySpelling() {
        createWithObject("spelled");
        http.put("spelled/_doc/1", "{\"o.t\": \"ice\"}").expect(201);
        http.post("spelled/_update/1", "{\"doc\": {\"n\": 1}}").expect(200);
        expectVector("spelled", "1", "o.m", "ice");
        http.put("spelled/_doc/2", "{\"o\": {\"x\": 1}, \"o.t\": \"snow\"}").expect(201);
        expectVector("spelled", "2", "o.m", "snow");
        http.put("spelled/_doc/3", "{\"o\": {\"t\": \"hail\"}}").expect(201);
        http.post("spelled/_update/3", "{\"doc\": {\"o.t\": \"rain\"}}").expect(200);
        expectVector("spelled", "3", "o.m", "rain\nhail");
        http.bulk("spelled/_bulk", "{\"update\": {\"_id\": \"3\"}}\n{\"doc\": {\"o.t\": \"fog\"}}\n")
                .expectAllItems();
        expectVector("spelled", "3", "o.m", "fog\nhail");
        http.post("spelled/_update_by_query?refresh=true", null).expect(200);
        expectVector("spelled", "1", "o.m", "ice");
        http.put("_ingest/pipeline/none", "{\"processors\": []}").expect(200);
        createWithObject("copied");
        http.post("_reindex?refresh=true", "{\"source\": {\"index\": \"spelled\"}, \"dest\": {\"index\": \"copied\"}}")
                .expect(200);
        expectVector("copied", "3", "o.m", "fog\nhail");
    }

    @Test
    public void testObjectsThatAreNone() {
        http.put("flat", """
                {"mappings": {"disable_objects": true, "properties": {"o.t": {"type": "text"},
                    "o.m": {%s, "source_fields": ["o.t"]}}}}""".formatted(EMBEDDING)).expect(200);
        http.put("flat/_doc/1", "{\"o.t\": \"ice\"}").expect(201);
        http.put("flat/_doc/2", "{\"o\": {\"t\": \"snow\"}}").expect(201);
        http.bulk("flat/_bulk", """
                {"update": {"_id": "1"}}
                {"doc": {"n": 1}}
                {"update": {"_id": "2"}}
                {"doc": {"o.t": "rain"}}
                """).expectAllItems();
        expectVector("flat", "1", "o.m", "ice");
        expectVector("flat", "2", "o.m", "rain\nsnow");
    }

    /** OpenSearch runs no pipeline for index names with date math. */
    @Test
    public void testTextThatPassesIngestBy() {
        String template = """
                {"index_patterns": ["%s-*"], "template": {"mappings": {"properties": {"t": {"type": "text"},
                    "m": {%s, "source_fields": ["t"]%s}}}}}""";
        http.put("_index_template/strict", template.formatted("strict", EMBEDDING, ""))
                .expect(200);
        http.put(
                        "_index_template/marking",
                        template.formatted("marking", EMBEDDING, ", \"on_failure\": \"index_without_vector\""))
                .expect(200);
        http.put("%3Cstrict-%7Bnow%2Fd%7D%3E/_doc/1", "{\"t\": \"ice\"}").expectError(400, "did not pass ingest");
        http.bulk("_bulk", """
                {"index": {"_index": "<marking-{now/d}>", "_id": "1"}}
                {"t": "ice"}
                """).expectAllItems();
        assertEquals(
                1,
                http.search("marking-*", "{\"query\": {\"exists\": {\"field\": \"m._embedding_pending\"}}}")
                        .total());
        http.post("_plugins/_embedding/backfill/marking-*", null).expect(200);
        String index =
                http.search("marking-*", "{}").hits().get(0).get("_index").asText();
        expectVector(index, "1", "m", "ice");
        http.bulk(index + "/_bulk", "{\"update\": {\"_id\": \"1\"}}\n{\"doc\": {\"t\": \"snow\"}}\n")
                .expectAllItems();
        expectVector(index, "1", "m", "snow");
    }

    @Test
    public void testElementsOfAForeach() {
        create(
                "parts",
                "\"items\": {\"type\": \"nested\", \"properties\": {\"t\": {\"type\": \"text\"}, \"v\": {" + EMBEDDING
                        + "}}}");
        http.put("_ingest/pipeline/each", """
                {"processors": [{"foreach": {"field": "items", "processor": {"embedding": {"field_map":
                    {"_ingest._value.t": "_ingest._value.v"}}}}}]}""").expect(200);
        http.bulk("parts/_bulk?pipeline=each", """
                {"index": {"_id": "1"}}
                {"items": [{"t": "a"}]}
                {"index": {"_id": "2"}}
                {"items": [{"t": "b"}, {"t": "c"}]}
                """).expectAllItems();
        JsonNode items = http.source("parts", "2").get("items");
        assertEquals(Articles.vectorOf("c"), items.get(1).get("v").asText());
    }

    @Test
    public void testUpdateBehindADocumentThatTheShardRefuses() {
        createOfTwo("conflicts");
        http.put("conflicts/_doc/1", "{\"a\": \"A1\", \"b\": \"B1\"}").expect(201);
        Answer answer = http.bulk("conflicts/_bulk", """
                {"index": {"_id": "1", "if_seq_no": 77, "if_primary_term": 1}}
                {"a": "A2", "b": "B2"}
                {"update": {"_id": "1"}}
                {"doc": {"a": "A3"}}
                """);
        answer.expectItemError(0, 409, "version conflict");
        answer.expectItemError(1, 409, "changed while the vector of field [m] was made");
        expectVector("conflicts", "1", "m", "A1\nB1");
        answer = http.bulk("conflicts/_bulk", """
                {"create": {"_id": "1"}}
                {"a": "A2", "b": "B2"}
                {"update": {"_id": "1"}}
                {"doc": {"a": "A3"}}
                """);
        answer.expectItemError(0, 409, "already exists");
        expectVector("conflicts", "1", "m", "A3\nB1");
    }

    @Test
    public void testIndexThatIsMadeAnewWhileItsDocumentsWait() throws Exception {
        NODE.settings("other.url", service.url()).expect(200);
        NODE.settings("other.id", "text-embedding-3-large").expect(200);
        for (String anew : List.of(
                "\"m\": {" + EMBEDDING + ", \"model\": \"other\", \"source_fields\": [\"a\", \"b\"]}",
                "\"a\": {\"type\": \"text\"}")) {
            createOfTwo("anew");
            CountDownLatch answer = service.hold();
            CompletableFuture<Answer> waiting =
                    CompletableFuture.supplyAsync(() -> http.put("anew/_doc/1", "{\"a\": \"ice\"}"));
            service.awaitCalls(1);
            http.delete("anew").expect(200);
            create("anew", anew);
            answer.countDown();
            waiting.get().expectError(409, "send the document again");
            service.reset();
            assertEquals(0, Articles.count(http, "anew"));
            http.delete("anew").expect(200);
        }
    }

    @Test
    public void testSeveralOperationsOnOneDocument() {
        createOfTwo("several");
        http.bulk("several/_bulk", """
                {"index": {"_id": "1"}}
                {"a": "A1", "b": "B1"}
                {"delete": {"_id": "1"}}
                {"update": {"_id": "1"}}
                {"doc": {"a": "A2"}, "doc_as_upsert": true}
                {"update": {"_id": "2"}}
                {"doc": {"a": "A3"}, "upsert": {"a": "U"}}
                {"update": {"_id": "2"}}
                {"doc": {"b": "B4"}, "upsert": {"a": "V"}}
                """).expectAllItems();
        expectVector("several", "1", "m", "A2");
        expectVector("several", "2", "m", "U\nB4");
    }

    @Test
    public void testDocumentThatCannotBeParsedFailsAlone() {
        createOfTwo("unread");
        Answer answer = http.bulk("unread/_bulk", """
                {"index": {"_id": "1"}}
                {"a": "x", "a": "y"}
                {"index": {"_id": "2"}}
                {"a": "fine"}
                """);
        answer.expectItemError(0, 400);
        assertEquals(201, answer.item(1).get("status").asInt());
        expectVector("unread", "2", "m", "fine");
    }

    @Test
    public void testNothingIsPaidForWhatTheShardWouldRefuse() {
        createOfTwo("blocked");
        http.put("blocked/_doc/1", "{\"a\": \"ice\"}").expect(201);
        service.reset();
        http.put("blocked/_create/1", "{\"a\": \"snow\"}").expectError(409, "already exists");
        http.put("blocked/_settings", "{\"index.blocks.write\": true}").expect(200);
        http.put("blocked/_doc/2", "{\"a\": \"snow\"}").expectError(403, "blocked by");
        http.put("blocked/_settings", "{\"index.blocks.write\": null}").expect(200);
        http.post("blocked/_close", null).expect(200);
        http.put("blocked/_doc/2", "{\"a\": \"snow\"}").expectError(400, "closed");
        assertEquals(List.of(), service.inputs());
        http.put("routed", """
                {"mappings": {"_routing": {"required": true}, "properties": {"a": {"type": "text"},
                    "m": {%s, "source_fields": ["a"]}}}}""".formatted(EMBEDDING)).expect(200);
        http.bulk("routed/_bulk", "{\"update\": {\"_id\": \"1\"}}\n{\"doc\": {\"a\": \"x\"}}\n")
                .expectItemError(0, 400, "routing is required");
    }

    /** Whoever may simulate a pipeline must not see what is stored. */
    @Test
    public void testSimulationReadsNoStoredDocument() {
        createOfTwo("secret");
        http.put("secret/_doc/1", "{\"a\": \"ice\"}").expect(201);
        String stored = http.source("secret", "1").get("m").asText();
        service.script(call -> Reply.vectors(List.of(new float[256])));
        Answer answer = http.post("_ingest/pipeline/_simulate", """
                {"pipeline": {"processors": [{"embedding": {"field_map": {"a": "m"}}}]},
                 "docs": [{"_index": "secret", "_id": "1", "_source": {"a": "ice"}}]}""").expect(200);
        assertFalse(answer.body().toString().contains(stored));
        assertTrue(answer.body().toString(), answer.body().toString().contains("error"));
    }

    @Test
    public void testBackfillOfAnAppendOnlyIndex() {
        http.put("append-only", """
                {"settings": {"index.append_only.enabled": true}, "mappings": {"properties": {"t": {"type": "text"},
                    "m": {%s, "source_fields": ["t"], "on_failure": "index_without_vector"}}}}""".formatted(EMBEDDING)).expect(200);
        service.script(call -> Reply.error(503, "down", "down"));
        NODE.settings("default.max_retries", 0).expect(200);
        http.bulk("append-only/_bulk", "{\"index\": {}}\n{\"t\": \"ice\"}\n").expectAllItems();
        service.reset();
        http.post("_plugins/_embedding/backfill/append-only", null).expectError(400, "is append-only");
        assertEquals(List.of(), service.inputs());
    }
}
