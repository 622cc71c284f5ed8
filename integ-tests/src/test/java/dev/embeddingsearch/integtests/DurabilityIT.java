/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
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

/** Vectors of 1,536, 3,072 and 12,288 dimensions through merges, crashes, recoveries and snapshots. */
public class DurabilityIT {

    private static final Map<String, String> MODELS = Map.of(
            "dims-1536", "text-embedding-3-small",
            "dims-3072", "text-embedding-3-large",
            "dims-12288", "text-similarity-davinci-001");
    private static final int DOCUMENTS = 40;
    private static final String SEGMENTED = "segmented";

    private static FakeEmbeddingService service;
    private static List<NodeSettings> settings;
    private static Node one;
    private static Http http;

    @BeforeClass
    public static void start() throws IOException {
        service = new FakeEmbeddingService(TextVectors::ofWords);
        Path snapshots =
                Distributions.withPlugin().home().resolveSibling("nodes").resolve("snapshots");
        settings = ShortLived.cluster(List.of("one", "two")).stream()
                .map(node -> withModels(node).with("path.repo", List.of(snapshots.toString())))
                .toList();
        one = Distributions.withPlugin()
                .node(settings.get(0).with("cluster.initial_cluster_manager_nodes", List.of("one")))
                .start();
        http = new Http(one.uri());
        MODELS.keySet().forEach(DurabilityIT::createAndFill);
        http.put("_snapshot/files", "{\"type\": \"fs\", \"settings\": {\"location\": \"%s\"}}".formatted(snapshots))
                .expect(200);
    }

    private static NodeSettings withModels(NodeSettings node) {
        NodeSettings settings = node.with("embedding.url_allowlist", List.of("http://127.0.0.1:*"))
                .with("embedding.model.default.url", service.url());
        for (Map.Entry<String, String> model : MODELS.entrySet()) {
            settings = settings.with("embedding.model." + model.getKey() + ".id", model.getValue())
                    .with("embedding.model." + model.getKey() + ".url", service.url());
        }
        return settings;
    }

    /**
     * Four segments of ten documents, the first with a deleted one; the last not yet in a commit, so that a killed node
     * reads it from its translog. Their limits are fixed, because the spread of cosines, and with it a score, depends on
     * them in so small an index.
     */
    private static void createAndFill(String index) {
        http.put(index, """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 0,
                    "index.refresh_interval": -1, "index.merge_on_flush.enabled": false},
                "mappings": {"properties": {
                    "text": {"type": "text"},
                    "meaning": {"type": "embedding", "model": "%s", "source_fields": ["text"]}}}}
                """.formatted(index)).expect(200);
        for (int from = 0; from < DOCUMENTS; from += 10) {
            if (from == DOCUMENTS - 10) {
                http.delete(index + "/_doc/gone?refresh=true").expect(200);
                http.post(index + "/_flush?force=true", null).expect(200);
            }
            String gone = from == 0 ? "{\"index\": {\"_id\": \"gone\"}}\n{\"text\": \"word0 gone\"}\n" : "";
            http.bulk(index + "/_bulk?refresh=true", lines(from, from + 10) + gone)
                    .expectAllItems();
        }
    }

    private static String lines(int from, int to) {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < to; i++) {
            lines.append("{\"index\": {\"_id\": \"%d\"}}\n{\"text\": \"%s\"}\n".formatted(i, text(i)));
        }
        return lines.toString();
    }

    /** Shares one word with each neighbour in the numbers. */
    private static String text(int i) {
        return "word%d word%d".formatted(i, i + 1);
    }

    @AfterClass
    public static void stop() {
        http.close();
        one.close();
        service.close();
    }

    private static Map<String, Double> answers(String index) {
        return answers(http, index, "_primary");
    }

    private static List<Double> nearest(Http node, String preference, String index) {
        Answer answer =
                node.post(index + "/_search?preference=" + preference, """
                {"size": 40, "query": {"embedding": {"field": "meaning", "text": "word3 word4", "k": 40}}}""").expect(200);
        assertEquals("3", answer.ids().get(0));
        return answer.scores();
    }

    /** The nearest five of some texts, with their scores. */
    private static Map<String, Double> answers(Http node, String index, String preference) {
        Map<String, Double> found = new LinkedHashMap<>();
        for (int i : new int[] {0, 13, DOCUMENTS - 1}) {
            Answer answer = node.post(index + "/_search?preference=" + preference, """
                            {"size": 5, "sort": ["_score", {"_id": "asc"}], "_source": false, "query":
                                {"embedding": {"field": "meaning", "text": "%s", "k": 5}}}
                            """.formatted(text(i)))
                    .expect(200);
            assertEquals(Integer.toString(i), answer.ids().get(0));
            for (int rank = 0; rank < answer.ids().size(); rank++) {
                found.put(
                        text(i) + " -> " + answer.ids().get(rank),
                        answer.scores().get(rank));
            }
        }
        return found;
    }

    /** A merge moves scores a little: texts that follow each other are alike, and a spread is each segment's own. */
    private static void expectSame(Map<String, Double> expected, Map<String, Double> actual) {
        assertEquals(strong(expected).keySet(), strong(actual).keySet());
        strong(expected).forEach((hit, score) -> assertEquals(hit, score, actual.get(hit), 0.05 * score));
    }

    /** Without the documents that share no word: which of those is listed is left to chance. */
    private static Map<String, Double> strong(Map<String, Double> answers) {
        Map<String, Double> strong = new LinkedHashMap<>(answers);
        strong.values().removeIf(score -> score < 0.005);
        assertTrue(answers.toString(), strong.size() >= 6);
        return strong;
    }

    private static void await(Http node, String condition) {
        node.get("_cluster/health?timeout=90s&" + condition).expect(200);
    }

    @Test
    public void testMergeKeepsTheAnswers() {
        for (String index : MODELS.keySet()) {
            Map<String, Double> before = answers(index);
            Answer merged =
                    http.post(index + "/_forcemerge?max_num_segments=1", null).expect(200);
            assertEquals(
                    merged.body().toString(), 0, merged.at("/_shards/failed").asInt());
            http.post(index + "/_refresh", null).expect(200);
            Answer segments = http.get(index + "/_segments").expect(200);
            assertEquals(
                    segments.body().toString(),
                    1,
                    segments.at("/indices/" + index + "/shards/0/0/num_search_segments")
                            .asInt());
            expectSame(before, answers(index));
        }
    }

    @Test
    public void testSnapshotRestoresTheAnswers() {
        http.put("_snapshot/files/all?wait_for_completion=true", "{\"indices\": \"dims-*\"}")
                .expect(200);
        http.post("_snapshot/files/all/_restore?wait_for_completion=true", """
                {"indices": "dims-*", "rename_pattern": "dims-(.+)", "rename_replacement": "restored-$1"}
                """).expect(200);
        for (String index : MODELS.keySet()) {
            String restored = index.replace("dims", "restored");
            expectSame(answers(index), answers(restored));
            http.put(restored + "/_doc/new?refresh=true", "{\"text\": \"after the restore\"}")
                    .expect(201);
            http.delete(restored).expect(200);
        }
        http.delete("_snapshot/files/all").expect(200);
    }

    @Test
    public void testReplicasAnswerLikeTheirPrimaries() throws IOException {
        http.put(SEGMENTED, """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 0, "index.replication.type": "SEGMENT"},
                "mappings": {"properties": {
                    "text": {"type": "text"},
                    "meaning": {"type": "embedding", "model": "dims-1536", "source_fields": ["text"]}}}}
                """).expect(200);
        http.bulk(SEGMENTED + "/_bulk", lines(0, 20)).expectAllItems();
        try (Node two = Distributions.withPlugin().node(settings.get(1).with("node.roles", List.of("data")))) {
            two.start();
            http.put("dims-*," + SEGMENTED + "/_settings", "{\"index.number_of_replicas\": 1}")
                    .expect(200);
            expectReplicasAnswer(two);
            http.put("dims-1536/_doc/replicated?refresh=true", "{\"text\": \"written to both\"}")
                    .expect(201);
            http.delete("dims-1536/_doc/replicated?refresh=true").expect(200);
            two.stop();
            http.bulk(SEGMENTED + "/_bulk", lines(20, DOCUMENTS)).expectAllItems();
            two.start();
            expectReplicasAnswer(two);
        } finally {
            http.delete(SEGMENTED).expect(200);
            http.put("dims-*/_settings", "{\"index.number_of_replicas\": 0}").expect(200);
        }
        await(http, "wait_for_nodes=1&wait_for_status=green");
    }

    private static void expectReplicasAnswer(Node node) {
        await(http, "wait_for_nodes=2&wait_for_status=green");
        try (Http replicas = new Http(node.uri())) {
            MODELS.keySet().forEach(index -> expectSame(answers(index), answers(replicas, index, "_only_local")));
            assertEquals(
                    "copied segments",
                    nearest(http, "_primary", SEGMENTED),
                    nearest(replicas, "_only_local", SEGMENTED));
        }
    }

    @Test
    public void testKilledNodeKeepsWhatItAcknowledged() throws Exception {
        Map<String, Map<String, Double>> before = new LinkedHashMap<>();
        MODELS.keySet().forEach(index -> before.put(index, answers(index)));
        Articles.create(http, "loaded", 1);
        BulkLoad load = new BulkLoad(one.uri(), "loaded", 300);
        load.start();
        load.awaitEnough();
        one.kill();
        List<String> acknowledged = load.awaitEnd();
        one.start();
        await(http, "wait_for_status=yellow&wait_for_no_initializing_shards=true");

        int documents = Articles.count(http, "loaded");
        assertTrue(documents >= acknowledged.size());
        assertEquals("documents without their vector", documents, Articles.vectors(http, "loaded"));
        for (List<String> ids : partitions(acknowledged, 100)) {
            Answer found = http.post("loaded/_mget", "{\"ids\": [\"" + String.join("\", \"", ids) + "\"]}")
                    .expect(200);
            found.at("/docs").forEach(DurabilityIT::expectWhole);
        }
        before.forEach((index, answers) -> expectSame(answers, answers(index)));
    }

    private static void expectWhole(JsonNode document) {
        String id = document.get("_id").asText();
        assertTrue("acknowledged, but lost: " + id, document.path("found").asBoolean());
        assertEquals(
                Articles.vectorOf(BulkLoad.text(id)),
                document.at("/_source/meaning").asText());
    }

    private static List<List<String>> partitions(List<String> ids, int size) {
        List<List<String>> partitions = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += size) {
            partitions.add(ids.subList(from, Math.min(ids.size(), from + size)));
        }
        return partitions;
    }
}
