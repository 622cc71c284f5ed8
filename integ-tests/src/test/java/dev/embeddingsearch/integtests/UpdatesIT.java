/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import java.util.List;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;

/** Every way a document gets in or changes leaves it with the vector of its text, for as few calls as possible. */
public class UpdatesIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String INDEX = "updated";

    private final Http http = NODE.http();
    private final FakeEmbeddingService service = NODE.service();

    @BeforeClass
    public static void createIndex() {
        Articles.create(NODE.http(), INDEX, 2);
    }

    @Before
    public void restore() {
        NODE.restore();
    }

    /** Indexes document {@code id} and forgets the call for it. */
    private void given(String id) {
        http.put(INDEX + "/_doc/" + id, "{\"title\": \"Curling\", \"body\": \"stones on ice\", \"year\": 1998}")
                .expect(201);
        service.reset();
    }

    private void expectVectorOf(String id, String text) {
        expectVectorOf(INDEX, id, text);
    }

    private void expectVectorOf(String index, String id, String text) {
        JsonNode source = http.source(index, id);
        assertEquals(
                source.toString(),
                Articles.vectorOf(text),
                source.path("meaning").asText());
    }

    private void expectCalls(String... texts) {
        assertEquals(List.of(texts), service.inputs());
        service.reset();
    }

    private String update(String id, String body) {
        Answer answer = http.post(INDEX + "/_update/" + id, body);
        String result = answer.at("/result").asText();
        answer.expect("created".equals(result) ? 201 : 200);
        return result;
    }

    private void bulkUpdate(String id, String body) {
        http.bulk(INDEX + "/_bulk", "{\"update\": {\"_id\": \"" + id + "\"}}\n" + body + "\n")
                .expectAllItems();
    }

    @Test
    public void testPartialDocumentIsEmbeddedWithTheStoredRest() {
        given("partial");
        update("partial", "{\"doc\": {\"body\": \"brooms\"}}");
        expectVectorOf("partial", "Curling\nbrooms");
        expectCalls("Curling\nbrooms");
    }

    @Test
    public void testPartialDocumentInABulkIsEmbeddedWithTheStoredRest() {
        given("bulk-partial");
        bulkUpdate("bulk-partial", "{\"doc\": {\"body\": \"brooms\"}}");
        expectVectorOf("bulk-partial", "Curling\nbrooms");
        expectCalls("Curling\nbrooms");
    }

    @Test
    public void testUpdateOfOtherFieldsMakesNoCall() {
        given("other");
        update("other", "{\"doc\": {\"year\": 2002}}");
        bulkUpdate("other", "{\"doc\": {\"topic\": \"sport\"}}");
        expectVectorOf("other", "Curling\nstones on ice");
        expectCalls();
        assertEquals(2002, http.source(INDEX, "other").get("year").asInt());
    }

    @Test
    public void testUnchangedTextMakesNoCall() {
        given("same");
        update("same", "{\"doc\": {\"body\": \"stones on ice\", \"year\": 2006}}");
        bulkUpdate("same", "{\"doc\": {\"title\": \"Curling\"}}");
        http.put(INDEX + "/_doc/same", "{\"title\": \"Curling\", \"body\": \"stones on ice\", \"year\": 2010}")
                .expect(200);
        http.bulk(INDEX + "/_bulk", """
                {"index": {"_id": "same"}}
                {"title": "Curling", "body": "stones on ice", "year": 2014}
                """).expectAllItems();
        expectCalls();
        expectVectorOf("same", "Curling\nstones on ice");
        assertEquals(2014, http.source(INDEX, "same").get("year").asInt());
    }

    @Test
    public void testTextsThatOccurSeveralTimesInABulkAreEmbeddedOnce() {
        http.bulk(INDEX + "/_bulk", """
                {"index": {"_id": "once-1"}}
                {"body": "the same text"}
                {"create": {"_id": "once-2"}}
                {"body": "the same text"}
                {"index": {"_id": "once-3"}}
                {"body": "another text"}
                """).expectAllItems();
        assertEquals(1, service.calls().size());
        expectCalls("the same text", "another text");
        expectVectorOf("once-1", "the same text");
        expectVectorOf("once-2", "the same text");
        expectVectorOf("once-3", "another text");
    }

    @Test
    public void testDocAsUpsertEmbedsANewDocument() {
        update("new-doc", "{\"doc\": {\"body\": \"brooms\"}, \"doc_as_upsert\": true}");
        expectVectorOf("new-doc", "brooms");
        bulkUpdate("new-bulk-doc", "{\"doc\": {\"body\": \"sweeping\"}, \"doc_as_upsert\": true}");
        expectVectorOf("new-bulk-doc", "sweeping");
        expectCalls("brooms", "sweeping");
    }

    @Test
    public void testDocAsUpsertEmbedsAnExistingDocument() {
        given("existing");
        update("existing", "{\"doc\": {\"body\": \"brooms\"}, \"doc_as_upsert\": true}");
        expectVectorOf("existing", "Curling\nbrooms");
        bulkUpdate("existing", "{\"doc\": {\"title\": \"Sport\"}, \"doc_as_upsert\": true}");
        expectVectorOf("existing", "Sport\nbrooms");
        expectCalls("Curling\nbrooms", "Sport\nbrooms");
    }

    @Test
    public void testUpsertEmbedsTheDocumentThatIsTaken() {
        String body = "{\"doc\": {\"body\": \"changed\"}, \"upsert\": {\"title\": \"New\", \"body\": \"first\"}}";
        update("upsert", body);
        expectVectorOf("upsert", "New\nfirst");
        update("upsert", body);
        expectVectorOf("upsert", "New\nchanged");
    }

    @Test
    public void testUpsertInABulkEmbedsTheDocumentThatIsTaken() {
        String body = "{\"doc\": {\"body\": \"changed\"}, \"upsert\": {\"title\": \"New\", \"body\": \"first\"}}";
        bulkUpdate("bulk-upsert", body);
        expectVectorOf("bulk-upsert", "New\nfirst");
        bulkUpdate("bulk-upsert", body);
        expectVectorOf("bulk-upsert", "New\nchanged");
    }

    @Test
    public void testScriptedUpdateIsEmbeddedAnew() {
        given("scripted");
        update("scripted", "{\"script\": {\"source\": \"ctx._source.body = 'brooms'\"}}");
        expectVectorOf("scripted", "Curling\nbrooms");
        expectCalls("Curling\nbrooms");
        update("scripted", "{\"script\": {\"source\": \"ctx._source.year++\"}}");
        expectCalls();
    }

    @Test
    public void testNoopUpdateStaysOne() {
        given("noop");
        assertEquals("noop", update("noop", "{\"doc\": {\"year\": 1998}}"));
        assertEquals("noop", update("noop", "{\"doc\": {\"body\": \"stones on ice\"}}"));
        expectCalls();
    }

    @Test
    public void testTextSetToNullDropsTheVector() {
        given("emptied");
        update("emptied", "{\"doc\": {\"title\": null}}");
        expectVectorOf("emptied", "stones on ice");
        expectCalls("stones on ice");
        bulkUpdate("emptied", "{\"doc\": {\"body\": null}}");
        assertTrue(http.source(INDEX, "emptied").path("meaning").isNull());
        expectCalls();
        http.post(INDEX + "/_refresh", null).expect(200);
        Answer found = http.search(INDEX, """
                {"query": {"bool": {"must": {"exists": {"field": "meaning"}}, "filter": {"ids": {"values": ["emptied"]}}}}}
                """);
        assertEquals(0, found.total());
        http.put(INDEX + "/_doc/emptied", "{\"year\": 1}").expect(200);
        assertFalse(http.source(INDEX, "emptied").has("meaning"));
    }

    @Test
    public void testUpdateOfAMissingDocumentIsRefusedWithoutACall() {
        http.post(INDEX + "/_update/missing", "{\"doc\": {\"body\": \"brooms\"}}")
                .expectError(404, "document missing");
        http.bulk(INDEX + "/_bulk", "{\"update\": {\"_id\": \"missing\"}}\n{\"doc\": {\"body\": \"brooms\"}}\n")
                .expectItemError(0, 404, "document missing");
        expectCalls();
    }

    @Test
    public void testRoutedDocumentsAreFoundForTheirUpdates() {
        http.put(INDEX + "/_doc/routed?routing=a", "{\"title\": \"Curling\", \"body\": \"stones\"}")
                .expect(201);
        http.post(INDEX + "/_update/routed?routing=a", "{\"doc\": {\"body\": \"brooms\"}}")
                .expect(200);
        http.bulk(INDEX + "/_bulk", """
                {"update": {"_id": "routed", "routing": "a"}}
                {"doc": {"title": "Sport"}}
                """).expectAllItems();
        JsonNode source = http.get(INDEX + "/_doc/routed?routing=a").expect(200).at("/_source");
        assertEquals(Articles.vectorOf("Sport\nbrooms"), source.get("meaning").asText());
    }

    @Test
    public void testAllOperationsWorkThroughAnAlias() {
        http.post("_aliases", "{\"actions\": [{\"add\": {\"index\": \"updated\", \"alias\": \"by-alias\"}}]}")
                .expect(200);
        http.put("by-alias/_create/aliased", "{\"title\": \"Curling\", \"body\": \"stones\"}")
                .expect(201);
        expectVectorOf("aliased", "Curling\nstones");
        http.post("by-alias/_update/aliased", "{\"doc\": {\"body\": \"brooms\"}}")
                .expect(200);
        expectVectorOf("aliased", "Curling\nbrooms");
        http.bulk("by-alias/_bulk", "{\"update\": {\"_id\": \"aliased\"}}\n{\"doc\": {\"title\": \"Sport\"}}\n")
                .expectAllItems();
        expectVectorOf("aliased", "Sport\nbrooms");
        service.reset();
        http.put("by-alias/_doc/aliased", "{\"title\": \"Sport\", \"body\": \"brooms\"}")
                .expect(200);
        expectVectorOf("aliased", "Sport\nbrooms");
        expectCalls();
    }

    @Test
    public void testPipelineChangesTheTextBeforeItIsEmbedded() {
        http.put("_ingest/pipeline/shout", "{\"processors\": [{\"uppercase\": {\"field\": \"body\"}}]}")
                .expect(200);
        http.put(INDEX + "/_doc/shouted?pipeline=shout", "{\"body\": \"sweep\"}")
                .expect(201);
        expectVectorOf("shouted", "SWEEP");
        expectCalls("SWEEP");
    }

    @Test
    public void testDefaultPipelineRunsBeforeTheSourceFieldsAreEmbedded() {
        http.put(
                        "_ingest/pipeline/entitle",
                        "{\"processors\": [{\"set\": {\"field\": \"title\", \"value\": \"Set\"}}]}")
                .expect(200);
        Articles.create(http, "piped", 1);
        http.put("piped/_settings", "{\"index.default_pipeline\": \"entitle\"}").expect(200);
        http.bulk("piped/_bulk", """
                {"index": {"_id": "1"}}
                {"body": "stones"}
                {"index": {"_id": "2"}}
                {"body": "brooms"}
                """).expectAllItems();
        expectVectorOf("piped", "1", "Set\nstones");
        expectVectorOf("piped", "2", "Set\nbrooms");
        assertEquals(1, service.calls().size());
    }

    @Test
    public void testDroppedDocumentsStayOut() {
        http.put("_ingest/pipeline/drop", "{\"processors\": [{\"drop\": {\"if\": \"ctx.year == 0\"}}]}")
                .expect(200);
        http.bulk(INDEX + "/_bulk?pipeline=drop", """
                {"index": {"_id": "dropped"}}
                {"body": "dropped", "year": 0}
                {"index": {"_id": "kept"}}
                {"body": "kept", "year": 1}
                """).expectAllItems();
        expectVectorOf("kept", "kept");
        assertEquals(404, http.get(INDEX + "/_doc/dropped").status());
    }

    @Test
    public void testFirstDocumentCreatesAnIndexFromItsTemplate() {
        http.put("_index_template/articles", """
                {"index_patterns": ["templated-*"], "template": {"mappings": {"properties": {
                    "body": {"type": "text"},
                    "meaning": {"type": "embedding", "dimensions": 256, "source_fields": ["body"]}}}}}
                """).expect(200);
        http.put("templated-1/_doc/1", "{\"body\": \"stones\"}").expect(201);
        expectVectorOf("templated-1", "1", "stones");
        http.bulk("templated-2/_bulk", "{\"index\": {\"_id\": \"1\"}}\n{\"body\": \"brooms\"}\n")
                .expectAllItems();
        expectVectorOf("templated-2", "1", "brooms");
        assertEquals(1, Articles.vectors(http, "templated-2"));
    }

    @Test
    public void testDataStreamEmbedsFromItsFirstDocumentOn() {
        http.put("_index_template/news", """
                {"index_patterns": ["news*"], "data_stream": {}, "template": {"mappings": {"properties": {
                    "body": {"type": "text"},
                    "meaning": {"type": "embedding", "dimensions": 256, "source_fields": ["body"]}}}}}
                """).expect(200);
        http.bulk("news/_bulk", """
                {"create": {}}
                {"@timestamp": "2026-01-01T00:00:00Z", "body": "stones"}
                {"create": {}}
                {"@timestamp": "2026-01-02T00:00:00Z", "body": "brooms"}
                """).expectAllItems();
        http.post("news/_doc", "{\"@timestamp\": \"2026-01-03T00:00:00Z\", \"body\": \"ice\"}")
                .expect(201);
        assertEquals(3, Articles.vectors(http, "news"));
        expectCalls("stones", "brooms", "ice");
        http.post("news/_rollover", null).expect(200);
        http.post("news/_doc?refresh=true", "{\"@timestamp\": \"2026-01-04T00:00:00Z\", \"body\": \"sheet\"}")
                .expect(201);
        Answer found = http.search(
                "news", "{\"query\": {\"embedding\": {\"field\": \"meaning\", \"text\": \"sheet\", \"k\": 1}}}");
        assertEquals("sheet", found.hits().get(0).at("/_source/body").asText());
    }

    @Test
    public void testReindexEmbedsWhatHadNoVectors() {
        http.bulk("plain/_bulk", """
                {"index": {"_id": "1"}}
                {"title": "Curling", "body": "stones"}
                {"index": {"_id": "2"}}
                {"title": "Curling", "body": "brooms"}
                """).expectAllItems();
        expectCalls();
        Articles.create(http, "reindexed", 1);
        http.post("_reindex?refresh=true", "{\"source\": {\"index\": \"plain\"}, \"dest\": {\"index\": \"reindexed\"}}")
                .expect(200);
        assertEquals(2, Articles.vectors(http, "reindexed"));
        expectVectorOf("reindexed", "2", "Curling\nbrooms");
        assertEquals(1, service.calls().size());
    }

    @Test
    public void testUpdateByQueryEmbedsChangedTextsOnly() {
        Articles.create(http, "requeried", 1);
        http.bulk("requeried/_bulk", """
                {"index": {"_id": "1"}}
                {"body": "stones", "year": 1}
                {"index": {"_id": "2"}}
                {"body": "brooms", "year": 2}
                """).expectAllItems();
        service.reset();
        http.post("requeried/_update_by_query?refresh=true", """
                {"script": {"source": "if (ctx._source.year == 2) { ctx._source.body = 'ice' }"}}
                """).expect(200);
        expectVectorOf("requeried", "1", "stones");
        expectVectorOf("requeried", "2", "ice");
        expectCalls("ice");
    }

    @Test
    public void testUpdateByQueryFillsAFieldThatWasAddedLater() {
        http.put("grown/_doc/1?refresh=true", "{\"body\": \"stones\"}").expect(201);
        http.put("grown/_mapping", """
                {"properties": {"meaning": {"type": "embedding", "dimensions": 256, "source_fields": ["body"]}}}
                """).expect(200);
        assertEquals(0, Articles.vectors(http, "grown"));
        http.post("grown/_update_by_query?refresh=true", null).expect(200);
        expectVectorOf("grown", "1", "stones");
        http.put("grown/_doc/2", "{\"body\": \"brooms\"}").expect(201);
        assertEquals(2, Articles.vectors(http, "grown"));
    }

    @Test
    public void testOneBulkRequestServesSeveralIndices() {
        Articles.create(http, "several-1", 1);
        Articles.create(http, "several-2", 1);
        http.bulk("_bulk", """
                {"index": {"_index": "several-1", "_id": "1"}}
                {"body": "stones"}
                {"index": {"_index": "several-2", "_id": "1"}}
                {"body": "brooms"}
                {"delete": {"_index": "several-1", "_id": "none"}}
                {"index": {"_index": "unembedded", "_id": "1"}}
                {"body": "ice"}
                {"update": {"_index": "several-1", "_id": "2"}}
                {"doc": {"body": "house"}, "doc_as_upsert": true}
                """).expect(200);
        expectVectorOf("several-1", "1", "stones");
        expectVectorOf("several-2", "1", "brooms");
        expectVectorOf("several-1", "2", "house");
        assertFalse(http.source("unembedded", "1").has("meaning"));
    }
}
