/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.quickstart.cluster.Folders;
import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.quickstart.cluster.NodeSettings;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/**
 * A cluster of three nodes with OpenSearch and the plugin of the Lucene line before is upgraded node by node, while
 * documents are written and searched: nothing is lost, and indices of the old line open, merge and are restored.
 */
public class RollingUpgradeIT {

    private static final int DOCUMENTS = 60;
    private static final double ROUNDING = 1e-5;
    /** A merge moves scores a little: the spread of cosines is each segment's own. */
    private static final double MERGING = 0.01;

    /** The index settings, and the parameters of the field, of each index. */
    private static final Map<String, String[]> INDICES = Map.of(
            "int4", new String[] {"", ""},
            "half", new String[] {"", ", \"index_options\": {\"quantization\": \"binary\", \"storage\": \"float16\"}"},
            "floats", new String[] {"", ", \"index_options\": {\"quantization\": \"none\"}"},
            "flat", new String[] {"", ", \"index_options\": {\"type\": \"flat\"}"},
            "outside", new String[] {", \"index.embedding.vectors_in_source\": false", ""});

    private static FakeEmbeddingService service;
    private static List<NodeSettings> settings;
    private static final List<Node> NODES = new ArrayList<>();

    @BeforeClass
    public static void start() throws IOException {
        service = new FakeEmbeddingService(TextVectors::ofWords);
        Path files = Distributions.ofLineBefore().home().resolveSibling("files");
        Folders.delete(files); // a node does not start on the data of a later version
        settings = ShortLived.cluster(List.of("one", "two", "three")).stream()
                .map(node -> node.with("path.data", files.resolve(node.name()).toString())
                        .with("path.repo", List.of(files.resolve("snapshots").toString()))
                        .with("embedding.url_allowlist", List.of("http://127.0.0.1:*"))
                        .with("embedding.model.default.url", service.url()))
                .toList();
        for (NodeSettings node : settings) {
            NODES.add(Distributions.ofLineBefore().node(node));
        }
        for (Node node : NODES) {
            node.launch();
        }
        NODES.forEach(Node::awaitReady);
    }

    @AfterClass
    public static void stop() {
        NODES.forEach(Node::close);
        service.close();
    }

    private static void create(Http http, String index) {
        String[] differences = INDICES.get(index);
        http.put(index, """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 1%s},
                 "mappings": {"properties": {"body": {"type": "text"},
                    "meaning": {"type": "embedding", "dimensions": 256, "source_fields": ["body"]%s}}}}""".formatted(differences[0], differences[1])).expect(200);
        for (int from = 0; from < DOCUMENTS; from += DOCUMENTS / 3) {
            StringBuilder lines = new StringBuilder();
            for (int i = from; i < from + DOCUMENTS / 3; i++) {
                lines.append("{\"index\": {\"_id\": \"%d\"}}\n{\"body\": \"%s\"}\n".formatted(i, text(i)));
            }
            http.bulk(index + "/_bulk", lines.toString()).expectAllItems();
        }
    }

    /** Shares one word with each neighbour in the numbers. */
    private static String text(int i) {
        return "word%d word%d".formatted(i, i + 1);
    }

    /** The first three hits of each query and index, with their scores. */
    private static Map<String, Double> answers(Http http, String suffix) {
        Map<String, Double> answers = new LinkedHashMap<>();
        for (String index : INDICES.keySet()) {
            for (int i : new int[] {3, 27}) {
                for (String query : List.of(
                        "{\"embedding\": {\"field\": \"meaning\", \"text\": \"%s\", \"k\": 60}}".formatted(text(i)),
                        "{\"hybrid_match\": {\"query\": \"%s\", \"fields\": [\"body\"], \"embedding_field\": \"meaning\"}}"
                                .formatted(text(i)))) {
                    Answer found = http.search(
                            index + suffix, "{\"size\": 3, \"_source\": false, \"query\": %s}".formatted(query));
                    assertEquals(Integer.toString(i), found.ids().getFirst());
                    for (int hit = 0; hit < 3; hit++) {
                        answers.put(
                                index + " " + query + " " + found.ids().get(hit),
                                found.scores().get(hit));
                    }
                }
            }
        }
        return answers;
    }

    private static void expectSame(
            String when, Map<String, Double> expected, Map<String, Double> actual, double tolerance) {
        assertEquals(when, expected.keySet(), actual.keySet());
        expected.forEach((hit, score) -> assertEquals(when + " " + hit, score, actual.get(hit), tolerance));
    }

    private static void await(Http http, String condition) {
        http.get("_cluster/health?timeout=100s&" + condition).expect(200);
    }

    private static void allocate(Http http, String shards) {
        http.put("_cluster/settings", "{\"persistent\": {\"cluster.routing.allocation.enable\": %s}}".formatted(shards))
                .expect(200);
    }

    @Test
    public void testNodeByNodeUnderWritesAndSearches() throws Exception {
        Map<String, Double> expected;
        try (Http http = new Http(NODES.getFirst().uri())) {
            INDICES.keySet().forEach(index -> create(http, index));
            Articles.create(http, "loaded", 2);
            http.put("loaded/_settings", "{\"index.number_of_replicas\": 1}").expect(200);
            await(http, "wait_for_status=green");
            http.post("*/_forcemerge?max_num_segments=1", null).expect(200);
            http.post("*/_refresh", null).expect(200);
            expected = answers(http, "");
        }
        List<String> written = new ArrayList<>();
        for (int i = 0; i < NODES.size(); i++) {
            Node safe = NODES.get((i + 1) % NODES.size());
            SingleWrites writes = new SingleWrites(safe.uri(), "loaded", "during" + i);
            try (Http http = new Http(safe.uri())) {
                writes.start();
                upgrade(http, i);
                expectSame("with " + (i + 1) + " nodes upgraded", expected, answers(http, ""), ROUNDING);
            } finally {
                written.addAll(writes.stop());
            }
        }
        try (Http http = new Http(NODES.getFirst().uri())) {
            expectVersion(http, System.getProperty("opensearch.version"));
            expectWritten(http, written);
            http.put("_snapshot/files", "{\"type\": \"fs\", \"settings\": {\"location\": \"all\"}}")
                    .expect(200);
            http.put(
                            "_snapshot/files/all?wait_for_completion=true",
                            "{\"indices\": \"%s\"}".formatted(String.join(",", INDICES.keySet())))
                    .expect(200);
            for (String index : INDICES.keySet()) { // another segment, so that there is something to merge
                http.put(index + "/_doc/new?refresh=true", "{\"body\": \"else\"}")
                        .expect(201);
                http.delete(index + "/_doc/new?refresh=true").expect(200);
                http.post(index + "/_forcemerge?max_num_segments=1", null).expect(200);
                http.post(index + "/_refresh", null).expect(200);
            }
            expectSame("merged", expected, answers(http, ""), MERGING);
            http.post(
                            "_snapshot/files/all/_restore?wait_for_completion=true",
                            "{\"rename_pattern\": \"(.+)\", \"rename_replacement\": \"$1-restored\"}")
                    .expect(200);
            expectSame("restored", expected, answers(http, "-restored"), ROUNDING);
        }
    }

    private static void upgrade(Http http, int number) throws IOException {
        allocate(http, "\"primaries\"");
        NODES.get(number).stop();
        NODES.set(number, Distributions.withPlugin().node(settings.get(number)).start());
        await(http, "wait_for_nodes=" + NODES.size());
        allocate(http, "null");
        await(http, "wait_for_status=green&wait_for_no_initializing_shards=true");
    }

    private static void expectVersion(Http http, String version) {
        http.get("_cat/nodes?format=json&h=version")
                .expect(200)
                .body()
                .forEach(node -> assertEquals(version, node.get("version").asText()));
    }

    private static void expectWritten(Http http, List<String> ids) {
        assertTrue("too little was written: " + ids.size(), ids.size() > 100);
        Answer found = http.post("loaded/_mget", "{\"ids\": [\"" + String.join("\", \"", ids) + "\"]}")
                .expect(200);
        for (JsonNode document : found.at("/docs")) {
            String id = document.get("_id").asText();
            assertTrue("acknowledged, but lost: " + id, document.path("found").asBoolean());
            assertEquals(
                    Articles.vectorOf(SingleWrites.text(id)),
                    document.at("/_source/meaning").asText());
        }
        assertEquals(ids.size(), Articles.vectors(http, "loaded"));
    }
}
