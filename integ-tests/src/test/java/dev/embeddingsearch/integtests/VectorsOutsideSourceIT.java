/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.quickstart.cluster.NodeSettings;
import dev.embeddingsearch.testkit.Base64Vector;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.Reply;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;

/**
 * Documents that are stored without their vectors through all that may happen to an index: whoever reads them, and
 * whatever is made of them, they are the ones that came.
 */
public class VectorsOutsideSourceIT {

    private static final String INDEX = "outside";
    private static final int DOCUMENTS = 40;

    private static FakeEmbeddingService service;
    private static List<NodeSettings> settings;
    private static Node one;
    private static Http http;

    @BeforeClass
    public static void start() throws IOException {
        service = new FakeEmbeddingService(TextVectors::ofWords);
        Path snapshots =
                Distributions.withPlugin().home().resolveSibling("nodes").resolve("outside-snapshots");
        settings = ShortLived.cluster(List.of("outside-one", "outside-two")).stream()
                .map(node -> node.with("path.repo", List.of(snapshots.toString()))
                        .with("embedding.url_allowlist", List.of("http://127.0.0.1:*"))
                        .with("embedding.model.default.url", service.url())
                        .with("embedding.model.default.max_retries", 0))
                .toList();
        one = Distributions.withPlugin()
                .node(settings.get(0).with("cluster.initial_cluster_manager_nodes", List.of("outside-one")))
                .start();
        http = new Http(one.uri());
        http.put("_snapshot/files", "{\"type\": \"fs\", \"settings\": {\"location\": \"%s\"}}".formatted(snapshots))
                .expect(200);
    }

    @AfterClass
    public static void stop() {
        http.close();
        one.close();
        service.close();
    }

    /** What was indexed, by id. */
    private final Map<String, JsonNode> documents = new TreeMap<>();

    @Before
    public void index() {
        http.delete("outside*").expect(200);
        create(INDEX, "false");
        for (int from = 0; from < DOCUMENTS; from += 10) {
            StringBuilder lines = new StringBuilder();
            for (int i = from; i < from + 10; i++) {
                lines.append("{\"index\": {\"_id\": \"%d\"}}\n%s\n".formatted(i, document(i)));
            }
            http.bulk(INDEX + "/_bulk", lines.toString()).expectAllItems();
        }
        http.post(INDEX + "/_flush", null).expect(200);
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.put(Integer.toString(i), http.source(INDEX, Integer.toString(i)));
        }
        documents.forEach((id, document) -> {
            String text = document.at("/text").asText();
            assertEquals(Articles.vectorOf(text), document.at("/meaning").asText());
            assertEquals("[0.25,3.0,%s.0]".formatted(id), document.at("/own/v").toString());
        });
    }

    private static void create(String index, String vectorsInSource) {
        http.put(index, """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 0,
                    "index.embedding.vectors_in_source": %s, "index.codec": "best_compression"},
                 "mappings": {"properties": {
                    "text": {"type": "text"},
                    "meaning": {"type": "embedding", "dimensions": %d, "source_fields": ["text"],
                        "on_failure": "index_without_vector"},
                    "own": {"properties": {"v": {"type": "embedding", "dimensions": 3}}},
                    "parts": {"type": "nested", "properties": {"v": {"type": "embedding", "dimensions": 2}}}}}}
                """.formatted(vectorsInSource, Articles.DIMENSIONS)).expect(200);
    }

    private static String document(int i) {
        return """
                {"text": "word%1$d word", "own": {"v": [0.25, 3, %1$d], "n": %1$d}, "parts": [{"v": [1, %1$d]}, {"v": [2, 1]}]}""".formatted(i);
    }

    private void expectDocuments(String index) {
        expectDocuments(http, index, "");
    }

    /** Read one by one, all at once and by a search. */
    private void expectDocuments(Http node, String index, String preference) {
        documents.forEach((id, document) -> assertEquals(
                document,
                node.get(index + "/_doc/" + id + "?" + preference).expect(200).at("/_source")));
        String ids = "{\"ids\": [\"" + String.join("\", \"", documents.keySet()) + "\"]}";
        node.post(index + "/_mget?" + preference, ids)
                .expect(200)
                .at("/docs")
                .forEach(found -> assertEquals(documents.get(found.get("_id").asText()), found.get("_source")));
        node.post(index + "/_refresh", null).expect(200);
        Answer all = node.post(index + "/_search?" + preference, "{\"size\": 100, \"_source\": true}")
                .expect(200);
        assertEquals(documents.size(), all.hits().size());
        all.hits().forEach(hit -> assertEquals(documents.get(hit.get("_id").asText()), hit.get("_source")));
    }

    @Test
    public void testMergeKeepsDocuments() {
        http.delete(INDEX + "/_doc/7").expect(200);
        documents.remove("7");
        http.post(INDEX + "/_forcemerge?max_num_segments=1", null).expect(200);
        expectDocuments(INDEX);
    }

    @Test
    public void testUpdates() {
        service.reset();
        http.post(INDEX + "/_update/1", "{\"doc\": {\"year\": 1998}}").expect(200);
        http.post(INDEX + "/_update/2", "{\"script\": \"ctx._source.first = ctx._source.own.v[0]\"}")
                .expect(200);
        http.bulk(INDEX + "/_bulk", "{\"update\": {\"_id\": \"3\"}}\n{\"doc\": {\"text\": \"another\"}}\n")
                .expectAllItems();
        http.post(INDEX + "/_update_by_query?refresh=true", """
                {"query": {"ids": {"values": ["4"]}}, "script": "ctx._source.numbers = ctx._source.own.v.size()"}""").expect(200);
        assertEquals("only the text that changed", List.of("another"), service.inputs());
        http.post(INDEX + "/_flush", null).expect(200);
        expectChanged("1", "year", "1998");
        expectChanged("2", "first", "0.25");
        expectChanged("4", "numbers", "3");
        assertEquals(
                Articles.vectorOf("another"),
                http.source(INDEX, "3").at("/meaning").asText());
    }

    private void expectChanged(String id, String field, String value) {
        JsonNode now = http.source(INDEX, id);
        assertEquals(value, now.get(field).asText());
        assertEquals(documents.get(id).get("meaning"), now.get("meaning"));
        assertEquals(documents.get(id).get("own"), now.get("own"));
        assertEquals(documents.get(id).get("parts"), now.get("parts"));
    }

    @Test
    public void testReindexInEitherDirection() {
        create("outside-copy", "true");
        reindex(INDEX, "outside-copy");
        expectDocuments("outside-copy");
        create("outside-again", "false");
        reindex("outside-copy", "outside-again");
        expectDocuments("outside-again");
    }

    /** A scroll reads ten or more neighbours in sequence, by a reader of its own that is closed with it. */
    @Test
    public void testDocumentsAreReadableAfterScrolls() {
        http.post(INDEX + "/_forcemerge?max_num_segments=1", null).expect(200);
        scroll(true);
        scroll(false);
        expectDocuments(INDEX);
        http.post(INDEX + "/_update/1?refresh=true", "{\"doc\": {\"year\": 1998}}")
                .expect(200);
        expectChanged("1", "year", "1998");
        Answer updated = http.post(INDEX + "/_update_by_query?refresh=true&scroll_size=10", """
                {"script": "ctx._source.numbers = ctx._source.own.v.size()"}""")
                .expect(200);
        assertEquals(DOCUMENTS, updated.at("/updated").asInt());
        expectChanged("4", "numbers", "3");
        create("outside-copy", "false");
        reindex(INDEX, "outside-copy");
        backfill();
        expectChanged("30", "numbers", "3");
    }

    private static void backfill() {
        service.script(call -> Reply.error(503, "overloaded", "come back later"));
        StringBuilder lines = new StringBuilder();
        for (int i = 60; i < 80; i++) {
            lines.append("{\"index\": {\"_id\": \"%d\"}}\n%s\n".formatted(i, document(i)));
        }
        http.bulk(INDEX + "/_bulk", lines.toString()).expectAllItems();
        service.reset();
        http.post(INDEX + "/_flush", null).expect(200);
        Answer done = http.post("_plugins/_embedding/backfill/" + INDEX + "?batch_size=10", null)
                .expect(200);
        assertEquals(20, done.at("/embedded").asInt());
        http.post(INDEX + "/_flush", null).expect(200);
        JsonNode embedded = http.source(INDEX, "65");
        assertEquals(
                Articles.vectorOf(embedded.at("/text").asText()),
                embedded.at("/meaning").asText());
        assertEquals("[0.25,3.0,65.0]", embedded.at("/own/v").toString());
    }

    /** @param cleared before it ends */
    private static void scroll(boolean cleared) {
        Answer page = http.post(INDEX + "/_search?scroll=1m", "{\"size\": 10}").expect(200);
        while (!cleared && !page.hits().isEmpty()) {
            page = http.post(
                            "_search/scroll",
                            "{\"scroll\": \"1m\", \"scroll_id\": %s}".formatted(page.at("/_scroll_id")))
                    .expect(200);
        }
        http.delete("_search/scroll/" + page.at("/_scroll_id").asText()).expect(200);
    }

    private static void reindex(String from, String to) {
        Answer copied = http.post(
                        "_reindex?refresh=true",
                        "{\"source\": {\"index\": \"%s\", \"size\": 7}, \"dest\": {\"index\": \"%s\"}}"
                                .formatted(from, to))
                .expect(200);
        assertEquals(DOCUMENTS, copied.at("/created").asInt());
        http.post(to + "/_flush", null).expect(200);
    }

    @Test
    public void testSearchesFieldsAndScripts() {
        Answer found = http.search(INDEX, """
                {"query": {"embedding": {"field": "meaning", "text": "word5 word", "k": 1}}, "size": 1,
                 "fields": ["own.v"], "docvalue_fields": ["meaning"]}""");
        JsonNode hit = found.hits().get(0);
        assertEquals("5", hit.get("_id").asText());
        assertFalse(hit.get("_source").has("meaning"));
        assertEquals("{\"v\":[0.25,3.0,5.0],\"n\":5}", hit.at("/_source/own").toString());
        assertEquals("[0.25,3.0,5.0]", hit.at("/fields/own.v").toString());
        assertEquals(Articles.DIMENSIONS, hit.at("/fields/meaning").size());
        Answer scripted = http.search(INDEX, """
                {"query": {"ids": {"values": ["5"]}},
                 "script_fields": {"third": {"script": "params._source.own.v[2] + doc['own.v'].size()"}}}""");
        assertEquals(8, scripted.at("/hits/hits/0/fields/third/0").asInt());
    }

    @Test
    public void testSnapshotAndRestore() {
        http.put("_snapshot/files/outside?wait_for_completion=true", "{\"indices\": \"outside\"}")
                .expect(200);
        http.post("_snapshot/files/outside/_restore?wait_for_completion=true", """
                {"indices": "outside", "rename_pattern": "outside", "rename_replacement": "outside-restored"}
                """)
                .expect(200);
        expectDocuments("outside-restored");
        http.delete("_snapshot/files/outside").expect(200);
    }

    /** Some documents are on disk, some only in the operations that the node replays. */
    @Test
    public void testKilledNode() throws Exception {
        String lines = "{\"index\": {\"_id\": \"%s\"}}\n%s\n";
        http.bulk(INDEX + "/_bulk", lines.formatted("50", document(50)) + lines.formatted("6", document(51)))
                .expectAllItems();
        one.kill();
        one.start();
        http.get("_cluster/health/outside?timeout=90s&wait_for_status=green").expect(200);
        http.post(INDEX + "/_flush", null).expect(200);
        for (String id : List.of("50", "6")) {
            documents.put(id, http.source(INDEX, id));
            assertEquals(
                    Articles.vectorOf(documents.get(id).at("/text").asText()),
                    documents.get(id).at("/meaning").asText());
        }
        expectDocuments(INDEX);
    }

    /** A new replica copies files; one that was away for a while asks for the operations since. */
    @Test
    public void testReplicas() throws IOException {
        try (Node two = Distributions.withPlugin().node(settings.get(1).with("node.roles", List.of("data")))) {
            two.start();
            http.put(INDEX + "/_settings", "{\"index.number_of_replicas\": 1}").expect(200);
            await("wait_for_nodes=2&wait_for_status=green");
            expectReplica(two);
            two.stop();
            await("wait_for_nodes=1");
            http.put(INDEX + "/_doc/60", document(60)).expect(201);
            http.post(INDEX + "/_update/8", "{\"doc\": {\"year\": 2002}}").expect(200);
            http.post(INDEX + "/_flush", null).expect(200);
            documents.put("60", http.source(INDEX, "60"));
            documents.put("8", http.source(INDEX, "8"));
            two.start();
            await("wait_for_nodes=2&wait_for_status=green");
            expectReplica(two);
        } finally {
            http.put(INDEX + "/_settings", "{\"index.number_of_replicas\": 0}").expect(200);
            await("wait_for_nodes=1&wait_for_status=green");
        }
    }

    private void expectReplica(Node node) {
        try (Http replica = new Http(node.uri())) {
            replica.post(INDEX + "/_flush", null).expect(200);
            expectDocuments(replica, INDEX, "preference=_only_local");
        }
    }

    private static void await(String condition) {
        http.get("_cluster/health/outside?timeout=90s&" + condition).expect(200);
    }

    /** The same documents in both ways of storing them, merged to one segment. */
    @Test
    public void testLessDisk() {
        StringBuilder lines = new StringBuilder();
        Random random = new Random(7);
        for (int i = 0; i < 100; i++) {
            float[] vector = new float[512];
            for (int k = 0; k < vector.length; k++) {
                vector[k] = (float) random.nextGaussian();
            }
            lines.append("{\"index\": {}}\n{\"v\": \"" + Base64Vector.of(vector) + "\"}\n");
        }
        long[] bytes = new long[2];
        for (boolean inSource : new boolean[] {false, true}) {
            String index = "outside-bytes-" + inSource;
            http.put(index, """
                    {"settings": {"number_of_shards": 1, "number_of_replicas": 0,
                        "index.embedding.vectors_in_source": %s},
                     "mappings": {"properties": {
                        "v": {"type": "embedding", "dimensions": 512, "similarity": "l2_norm"}}}}
                    """.formatted(inSource)).expect(200);
            http.bulk(index + "/_bulk", lines.toString()).expectAllItems();
            bytes[inSource ? 1 : 0] = bytes(index);
        }
        assertTrue(bytes[0] + " < " + bytes[1], bytes[0] + 100 * 2000L < bytes[1]);
    }

    private static long bytes(String index) {
        http.post(index + "/_forcemerge?max_num_segments=1", null).expect(200);
        http.post(index + "/_refresh", null).expect(200);
        return http.get(index + "/_stats/store")
                .expect(200)
                .at("/_all/primaries/store/size_in_bytes")
                .asLong();
    }
}
