/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.hasItem;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.testkit.Base64Vector;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.Reply;
import java.util.List;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;

/** The processor {@code embedding} in pipelines of the user's own. */
public class ProcessorIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String INDEX = "processed";

    private final Http http = NODE.http();
    private final FakeEmbeddingService service = NODE.service();

    @BeforeClass
    public static void createIndex() {
        NODE.http().put(INDEX, """
                {"mappings": {"properties": {
                    "body": {"type": "text"},
                    "body_vector": {"type": "embedding", "dimensions": 256},
                    "chapter": {"properties": {"vector": {"type": "embedding", "dimensions": 256}}}
                }}}
                """).expect(200);
    }

    @Before
    public void restore() {
        NODE.restore();
    }

    private void pipeline(String name, String options) {
        http.put("_ingest/pipeline/" + name, "{\"processors\": [{\"embedding\": " + options + "}]}")
                .expect(200);
    }

    @Test
    public void testFieldMapWritesVectorsOfTheMappedDimensions() {
        pipeline("plain", "{\"field_map\": {\"body\": \"body_vector\"}}");
        http.put(INDEX + "/_doc/1?pipeline=plain", "{\"body\": \"stones\"}").expect(201);
        assertEquals(
                Articles.vectorOf("stones"),
                http.source(INDEX, "1").get("body_vector").asText());
        assertEquals(256, service.calls().get(0).dimensions());
    }

    @Test
    public void testWholeBulkRequestIsOneCall() {
        pipeline("batched", "{\"field_map\": {\"body\": \"body_vector\"}}");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            lines.append("{\"index\": {}}\n{\"body\": \"text %d\"}\n".formatted(i));
        }
        http.bulk(INDEX + "/_bulk?pipeline=batched", lines.toString()).expectAllItems();
        assertEquals(1, service.calls().size());
        assertEquals(100, service.inputs().size());
    }

    @Test
    public void testListsAndNestedPaths() {
        pipeline("paths", "{\"field_map\": {\"chapter.lines.text\": \"chapter.vector\"}}");
        http.put(
                        INDEX + "/_doc/paths?pipeline=paths",
                        "{\"chapter\": {\"lines\": [{\"text\": \"one\"}, {\"text\": [\"two\", \"three\"]}]}}")
                .expect(201);
        assertEquals(List.of("one\ntwo\nthree"), service.inputs());
        assertEquals(
                Articles.vectorOf("one\ntwo\nthree"),
                http.source(INDEX, "paths").at("/chapter/vector").asText());
    }

    @Test
    public void testSeveralFieldsOfOneDocument() {
        pipeline("several", "{\"field_map\": {\"body\": \"body_vector\", \"chapter.text\": \"chapter.vector\"}}");
        http.put(INDEX + "/_doc/several?pipeline=several", "{\"body\": \"stones\", \"chapter\": {\"text\": \"ice\"}}")
                .expect(201);
        JsonNode source = http.source(INDEX, "several");
        assertEquals(Articles.vectorOf("stones"), source.get("body_vector").asText());
        assertEquals(Articles.vectorOf("ice"), source.at("/chapter/vector").asText());
    }

    @Test
    public void testMissingTextIsIgnoredOrRefused() {
        pipeline("lenient", "{\"field_map\": {\"body\": \"body_vector\"}}");
        http.put(INDEX + "/_doc/lenient?pipeline=lenient", "{\"other\": 1}").expect(201);
        assertFalse(http.source(INDEX, "lenient").has("body_vector"));
        pipeline("strict", "{\"field_map\": {\"body\": \"body_vector\"}, \"ignore_missing\": false}");
        http.put(INDEX + "/_doc/strict?pipeline=strict", "{\"other\": 1}")
                .expectError(400, "expected text to embed into [body_vector], got none in [body]");
    }

    @Test
    public void testFailureKeepsTheDocumentOut() {
        service.script(call -> Reply.error(401, "invalid_api_key", "no"));
        pipeline("failing", "{\"field_map\": {\"body\": \"body_vector\"}}");
        http.put(INDEX + "/_doc/failed?pipeline=failing", "{\"body\": \"stones\"}")
                .expectError(400, "answered [401] [invalid_api_key]: no");
        assertEquals(404, http.get(INDEX + "/_doc/failed").status());
    }

    @Test
    public void testOnFailureMarkLetsTheDocumentInAndSaysSo() {
        service.script(call -> Reply.error(401, "invalid_api_key", "no"));
        pipeline("marking", "{\"field_map\": {\"body\": \"body_vector\"}, \"on_failure_mark\": true}");
        http.bulk(INDEX + "/_bulk?pipeline=marking", """
                {"index": {"_id": "marked"}}
                {"body": "stones"}
                """).expectAllItems();
        JsonNode source = http.source(INDEX, "marked");
        assertEquals(
                "{\"_embedding_pending\":\"model [default]: its service refuses the key, the address or the model id [400]\","
                        + "\"source_fields\":[\"body\"],\"model\":\"default\",\"input_type\":\"text\"}",
                source.get("body_vector").toString());
        Answer found = http.search(INDEX, "{\"query\": {\"exists\": {\"field\": \"body_vector._embedding_pending\"}}}");
        assertThat(found.ids(), hasItem("marked"));
    }

    @Test
    public void testMarkIsGoneOnceTheDocumentIsEmbedded() {
        pipeline("remarking", "{\"field_map\": {\"body\": \"body_vector\"}, \"on_failure_mark\": true}");
        service.script(call -> Reply.error(401, "invalid_api_key", "no"));
        http.put(INDEX + "/_doc/remarked?pipeline=remarking", "{\"body\": \"stones\"}")
                .expect(201);
        service.reset();
        http.post(INDEX + "/_refresh", null).expect(200);
        http.post(
                        INDEX + "/_update_by_query?pipeline=remarking&refresh=true",
                        "{\"query\": {\"ids\": {\"values\": [\"remarked\"]}}}")
                .expect(200);
        JsonNode source = http.source(INDEX, "remarked");
        assertEquals(Articles.vectorOf("stones"), source.path("body_vector").asText());
    }

    @Test
    public void testFailureAfterAChangeOfTextLeavesNoOldVector() {
        pipeline("changing", "{\"field_map\": {\"body\": \"body_vector\"}, \"on_failure_mark\": true}");
        http.put("changing", """
                {"settings": {"index.default_pipeline": "changing"}, "mappings": {"properties": {
                    "body_vector": {"type": "embedding", "dimensions": 256}}}}
                """).expect(200);
        http.put("changing/_doc/1", "{\"body\": \"old\"}").expect(201);
        service.script(call -> Reply.error(401, "invalid_api_key", "no"));
        http.post("changing/_update/1?refresh=true", "{\"doc\": {\"body\": \"new\"}}")
                .expect(200);
        assertTrue(http.source("changing", "1").path("body_vector").isObject());
        service.reset();
        http.post(
                        "changing/_update_by_query?refresh=true",
                        "{\"query\": {\"exists\": {\"field\": \"body_vector._embedding_pending\"}}}")
                .expect(200);
        JsonNode source = http.source("changing", "1");
        assertEquals(Articles.vectorOf("new"), source.path("body_vector").asText());
    }

    @Test
    public void testPartialDocumentTakesTheStoredMarkBack() {
        pipeline("half", "{\"field_map\": {\"body\": \"body_vector\"}, \"on_failure_mark\": true}");
        http.put("half", """
                {"settings": {"index.default_pipeline": "half"}, "mappings": {"properties": {
                    "body_vector": {"type": "embedding", "dimensions": 256}}}}
                """).expect(200);
        http.put("half/_doc/1?pipeline=_none", """
                {"body": "old", "body_vector": {"_embedding_pending": "down"}}
                """).expect(201);
        http.bulk("half/_bulk", """
                {"update": {"_id": "1"}}
                {"doc": {"body": "new"}, "doc_as_upsert": true}
                """).expectAllItems();
        JsonNode source = http.source("half", "1");
        assertEquals(Articles.vectorOf("new"), source.path("body_vector").asText());
    }

    @Test
    public void testOnFailureProcessorsOfThePipelineRun() {
        service.script(call -> Reply.error(401, "invalid_api_key", "no"));
        http.put("_ingest/pipeline/rescued", """
                {"processors": [{"embedding": {"field_map": {"body": "body_vector"}, "on_failure": [
                    {"set": {"field": "failure", "value": "{{ _ingest.on_failure_message }}"}}]}}]}
                """).expect(200);
        http.put(INDEX + "/_doc/rescued?pipeline=rescued", "{\"body\": \"stones\"}")
                .expect(201);
        assertThat(http.source(INDEX, "rescued").path("failure").asText(), containsString("answered [401]"));
    }

    @Test
    public void testUnchangedTextMakesNoCall() {
        pipeline("again", "{\"field_map\": {\"body\": \"body_vector\"}}");
        http.put(INDEX + "/_doc/again?pipeline=again", "{\"body\": \"stones\"}").expect(201);
        service.reset();
        http.put(INDEX + "/_doc/again?pipeline=again", "{\"body\": \"stones\", \"year\": 2}")
                .expect(200);
        assertEquals(List.of(), service.calls());
        assertEquals(
                Articles.vectorOf("stones"),
                http.source(INDEX, "again").get("body_vector").asText());
    }

    @Test
    public void testSimulateShowsTheVector() {
        Answer simulated = http.post("_ingest/pipeline/_simulate", """
                {"pipeline": {"processors": [{"embedding": {"field_map": {"body": "body_vector"}}}]},
                 "docs": [{"_index": "processed", "_id": "1", "_source": {"body": "simulated"}},
                          {"_index": "unmapped", "_id": "2", "_source": {"body": "elsewhere"}}]}
                """).expect(200);
        assertEquals(
                Articles.vectorOf("simulated"),
                simulated.at("/docs/0/doc/_source/body_vector").asText());
        String elsewhere = simulated.at("/docs/1/doc/_source/body_vector").asText();
        assertEquals("the model's own dimensions", 1536, Base64Vector.read(elsewhere).length);
    }

    @Test
    public void testSimulateShowsTheFailure() {
        service.script(call -> Reply.error(401, "invalid_api_key", "no"));
        Answer simulated =
                http.post("_ingest/pipeline/_simulate?verbose=true", """
                {"pipeline": {"processors": [{"embedding": {"field_map": {"body": "body_vector"}}}]},
                 "docs": [{"_index": "processed", "_id": "1", "_source": {"body": "simulated"}}]}
                """).expect(200);
        assertThat(simulated.body().toString(), containsString("answered [401] [invalid_api_key]: no"));
    }
}
