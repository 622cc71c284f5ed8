/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.testkit.Base64Vector;
import org.junit.After;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;

/** OpenSearch's own way to keep no documents: embedded and given vectors are derived from what is indexed. */
public class DerivedSourceIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String INDEX = "derived";

    private final Http http = NODE.http();

    @Before
    public void index() {
        create(INDEX);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            lines.append("{\"index\": {\"_id\": \"%1$d\"}}\n%2$s\n".formatted(i, document(i)));
        }
        http.bulk(INDEX + "/_bulk?refresh=true", lines.toString()).expectAllItems();
    }

    @After
    public void delete() {
        http.delete(INDEX + "*").expect(200);
    }

    private void create(String index) {
        http.put(index, """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 0, "index.derived_source.enabled": true},
                 "mappings": {"properties": {
                    "name": {"type": "keyword"},
                    "rank": {"type": "long"},
                    "own": {"type": "embedding", "dimensions": 2, "similarity": "l2_norm"},
                    "meaning": {"type": "embedding", "dimensions": %d, "source_fields": ["name"]}}}}
                """.formatted(Articles.DIMENSIONS)).expect(200);
    }

    private static String document(int i) {
        return "{\"name\": \"%s\", \"rank\": %d, \"own\": [%d, 0.5]}".formatted(name(i), i, i);
    }

    private static String name(int i) {
        return "word" + i;
    }

    private void expectDocument(String index, int i, int rank) {
        JsonNode source = http.source(index, Integer.toString(i));
        assertEquals(name(i), source.at("/name").asText());
        assertEquals(rank, source.at("/rank").asInt());
        assertEquals(Base64Vector.of(i, 0.5f), source.at("/own").asText());
        assertEquals(Articles.vectorOf(name(i)), source.at("/meaning").asText());
    }

    @Test
    public void testDocumentsHaveTheirVectors() {
        for (int i = 0; i < 20; i++) {
            expectDocument(INDEX, i, i);
        }
        http.post(INDEX + "/_forcemerge?max_num_segments=1", null).expect(200);
        for (int i = 0; i < 20; i++) {
            expectDocument(INDEX, i, i);
        }
    }

    @Test
    public void testAnUpdateKeepsThem() {
        http.post(INDEX + "/_update/7?refresh=true", "{\"doc\": {\"rank\": 100}}")
                .expect(200);
        expectDocument(INDEX, 7, 100);
    }

    @Test
    public void testAReindexKeepsThem() {
        String copy = INDEX + "-copy";
        create(copy);
        Answer copied =
                http.post("_reindex?refresh=true", """
                {"source": {"index": "%s"}, "dest": {"index": "%s"}}
                """.formatted(INDEX, copy)).expect(200);
        assertEquals(20, copied.at("/created").asInt());
        for (int i = 0; i < 20; i++) {
            expectDocument(copy, i, i);
        }
    }

    @Test
    public void testSearchesFindThemAndLeaveVectorsOut() {
        Answer found = http.search(INDEX, """
                {"size": 3, "query": {"embedding": {"field": "meaning", "text": "word7"}}}
                """);
        assertEquals("7", found.ids().get(0));
        found.hits().forEach(hit -> {
            assertTrue(hit.toString(), hit.at("/_source").has("name"));
            assertFalse(hit.toString(), hit.at("/_source").has("meaning"));
        });
    }
}
