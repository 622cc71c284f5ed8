/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.After;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;

/**
 * Searches return documents without the vectors that can be made again; a user's own stay, and what writes documents again
 * keeps all.
 */
public class HitsWithoutVectorsIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String INDEX = "own";
    private static final String VECTOR = "[3.0,4.0]";

    private final Http http = NODE.http();

    /** Vectors of one's own: lost once, they are lost for ever. */
    @Before
    public void index() {
        create(INDEX);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 25; i++) {
            lines.append("{\"index\": {\"_id\": \"%d\"}}\n{\"text\": \"ice\", \"v\": %s}\n".formatted(i, VECTOR));
        }
        http.bulk(INDEX + "/_bulk", lines.toString()).expectAllItems();
    }

    @After
    public void delete() {
        http.delete("own*").expect(200);
    }

    private void create(String index) {
        http.put(index, """
                {"settings": {"number_of_shards": 2, "number_of_replicas": 0}, "mappings": {"properties": {
                    "text": {"type": "text"}, "v": {"type": "embedding", "dimensions": 2},
                    "made": {"type": "embedding", "dimensions": 2, "source_fields": ["text"]}}}}
                """).expect(200);
    }

    private static void expectOnlyOwnVectors(Answer found, int hits) {
        assertEquals(hits, found.hits().size());
        for (JsonNode hit : found.hits()) {
            assertEquals(2, hit.get("_source").size());
            assertEquals("ice", hit.at("/_source/text").asText());
            assertEquals(VECTOR, hit.at("/_source/v").toString());
        }
    }

    private void expectVectors(String index) {
        http.post(index + "/_refresh", null).expect(200);
        Answer all = http.search(index, "{\"size\": 100, \"_source\": true}");
        assertEquals(25, all.hits().size());
        for (JsonNode hit : all.hits()) {
            assertEquals(VECTOR, hit.at("/_source/v").toString());
            assertTrue(hit.at("/_source").has("made"));
        }
    }

    @Test
    public void testSearches() {
        expectOnlyOwnVectors(http.search(INDEX, "{\"size\": 25}"), 25);
        expectOnlyOwnVectors(
                http.search(INDEX, "{\"query\": {\"embedding\": {\"field\": \"v\", \"vector\": [1, 0]}}}"), 10);
        expectVectors(INDEX);
        assertEquals(
                "{\"v\":" + VECTOR + "}",
                http.search(INDEX, "{\"size\": 1, \"_source\": [\"v\"]}")
                        .at("/hits/hits/0/_source")
                        .toString());
        assertTrue(http.get(INDEX + "/_search?size=1&_source=true")
                .at("/hits/hits/0/_source")
                .has("made"));
        assertEquals(VECTOR, http.source(INDEX, "7").at("/v").toString());
    }

    @Test
    public void testScroll() {
        Answer page = http.post(INDEX + "/_search?scroll=1m", "{\"size\": 20, \"sort\": [\"_doc\"]}")
                .expect(200);
        expectOnlyOwnVectors(page, 20);
        String next = "{\"scroll_id\": \"" + page.at("/_scroll_id").asText() + "\"}";
        expectOnlyOwnVectors(http.post("_search/scroll", next).expect(200), 5);
        http.delete("_search/scroll/_all").expect(200);
    }

    /** A program that knows nothing of the plugin: it scrolls, and sends each document to another index. */
    @Test
    public void testCopyByScroll() {
        create("own-scrolled");
        Answer page = http.post(INDEX + "/_search?scroll=1m", "{\"size\": 100}").expect(200);
        StringBuilder lines = new StringBuilder();
        page.hits()
                .forEach(hit -> lines.append("{\"index\": {\"_id\": \"%s\"}}\n%s\n"
                        .formatted(hit.get("_id").asText(), hit.get("_source"))));
        http.bulk("own-scrolled/_bulk", lines.toString()).expectAllItems();
        http.delete("_search/scroll/_all").expect(200);
        expectVectors("own-scrolled");
    }

    @Test
    public void testPointInTime() {
        String pit = http.post(INDEX + "/_search/point_in_time?keep_alive=1m", null)
                .expect(200)
                .at("/pit_id")
                .asText();
        expectOnlyOwnVectors(
                http.post("_search", "{\"size\": 25, \"pit\": {\"id\": \"" + pit + "\"}}")
                        .expect(200),
                25);
        http.delete("_search/point_in_time/_all").expect(200);
    }

    @Test
    public void testScriptsSeeTheWholeDocument() {
        Answer found = http.search(INDEX, """
                {"size": 1, "script_fields": {"last": {"script": "params._source.v[1]"}}}""");
        assertEquals(4, found.at("/hits/hits/0/fields/last/0").asInt());
    }

    @Test
    public void testReindexCopiesVectors() {
        create("own-copy");
        http.post("_reindex?slices=2", """
                {"source": {"index": "own", "size": 7}, "dest": {"index": "own-copy"}}""").expect(200);
        expectVectors("own-copy");
    }

    @Test
    public void testUpdateByQueryKeepsVectors() {
        Answer updated =
                http.post(INDEX + "/_update_by_query?refresh=true", """
                {"script": {"source": "ctx._source.count = ctx._source.v.size()"}}""").expect(200);
        assertEquals(25, updated.at("/updated").asInt());
        expectVectors(INDEX);
        assertEquals(2, http.source(INDEX, "3").at("/count").asInt());
    }

    @Test
    public void testUpdatesKeepVectors() {
        http.post(INDEX + "/_update/1", "{\"doc\": {\"text\": \"ice\", \"year\": 1998}}")
                .expect(200);
        http.bulk(INDEX + "/_bulk", "{\"update\": {\"_id\": \"2\"}}\n{\"doc\": {\"year\": 2002}}\n")
                .expectAllItems();
        expectVectors(INDEX);
    }

    @Test
    public void testIndexMayHaveVectorsInHits() {
        http.put(INDEX + "/_settings", "{\"index.embedding.vectors_in_hits\": true}")
                .expect(200);
        Answer found = http.search(INDEX, "{}");
        assertTrue(found.at("/hits/hits/0/_source").has("made"));
        http.put(INDEX + "/_settings", "{\"index.embedding.vectors_in_hits\": null}")
                .expect(200);
        assertFalse(http.search(INDEX, "{}").at("/hits/hits/0/_source").has("made"));
    }
}
