/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import org.junit.After;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;

/** While a cluster runs no generated processors, no way of writing lets a text in without its vector. */
public class ProcessorsSwitchedOffIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String INDEX = "switched";
    private static final String[] REFUSAL = {
        "the text of [title, body] would not be embedded into field [meaning] while"
                + " [cluster.ingest.system_pipeline_enabled] is [false]: set it to [true]"
    };

    private final Http http = NODE.http();

    @Before
    public void indexOneAndSwitchOff() {
        Articles.create(http, INDEX, 1);
        http.put(INDEX + "/_doc/1?refresh=true", "{\"title\": \"Curling\", \"year\": 1998}")
                .expect(201);
        generateProcessors("false");
    }

    @After
    public void switchOn() {
        generateProcessors("null");
        http.delete(INDEX + "*").expect(200);
    }

    private void generateProcessors(String value) {
        http.put("_cluster/settings", "{\"persistent\": {\"cluster.ingest.system_pipeline_enabled\": " + value + "}}")
                .expect(200);
    }

    @Test
    public void testEveryWayToWriteTextIsRefused() {
        http.put(INDEX + "/_doc/2", "{\"title\": \"Stones\"}").expectError(400, REFUSAL);
        http.put(INDEX + "/_create/2", "{\"title\": \"Stones\"}").expectError(400, REFUSAL);
        http.post(INDEX + "/_update/1", "{\"doc\": {\"title\": \"Stones\"}}").expectError(400, REFUSAL);
        http.post(INDEX + "/_update/1", "{\"script\": \"ctx._source.title = 'Stones'\"}")
                .expectError(400, REFUSAL);
        http.post(INDEX + "/_update/2", "{\"doc\": {\"title\": \"Stones\"}, \"doc_as_upsert\": true}")
                .expectError(400, REFUSAL);
        Answer bulk = http.bulk(INDEX + "/_bulk", """
                {"index": {"_id": "2"}}
                {"title": "Stones"}
                {"update": {"_id": "1"}}
                {"doc": {"title": "Stones"}}
                {"update": {"_id": "1"}}
                {"doc": {"year": 2006}}
                """).expect(200);
        bulk.expectItemError(0, 400, REFUSAL);
        bulk.expectItemError(1, 400, REFUSAL);
        assertEquals(bulk.body().toString(), 200, bulk.item(2).get("status").asInt());
        expectOnlyTheFirst();
    }

    @Test
    public void testWritesOfQueriesAreRefused() {
        http.post(INDEX + "/_update_by_query", "{\"script\": \"ctx._source.title = 'Stones'\"}")
                .expect(400);
        http.put(INDEX + "-plain/_doc/7?refresh=true", "{\"title\": \"Stones\"}")
                .expect(201);
        http.post("_reindex", """
                {"source": {"index": "switched-plain"}, "dest": {"index": "switched"}}
                """).expect(400);
        expectOnlyTheFirst();
    }

    @Test
    public void testWritesWorkOnceSwitchedOnAgain() {
        generateProcessors("true");
        http.put(INDEX + "/_doc/2", "{\"title\": \"Stones\"}").expect(201);
        assertEquals(
                Articles.vectorOf("Stones"),
                http.source(INDEX, "2").get("meaning").asText());
    }

    private void expectOnlyTheFirst() {
        assertEquals(1, Articles.count(http, INDEX));
        assertEquals(1, Articles.vectors(http, INDEX));
        assertFalse(http.source(INDEX, "1").toString().contains("Stones"));
    }
}
