/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.embedding.DispatchStatus;
import dev.embeddingsearch.stats.Counters;
import dev.embeddingsearch.stats.EmbeddingStats;
import dev.embeddingsearch.stats.FailureKind;
import dev.embeddingsearch.stats.ModelStats.Answer;
import dev.embeddingsearch.stats.QueueSnapshot;
import dev.embeddingsearch.stats.StatsSnapshot;
import dev.embeddingsearch.stats.VectorMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.opensearch.Version;
import org.opensearch.action.FailedNodeException;
import org.opensearch.cluster.ClusterName;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.test.OpenSearchTestCase;

/** Answers of several nodes: their way between nodes, and their JSON. */
public class NodesResponsesTests extends OpenSearchTestCase {

    private static final ClusterName CLUSTER = new ClusterName("c");
    private static final NamedWriteableRegistry NONE = new NamedWriteableRegistry(List.of());

    private static DiscoveryNode node(String id) {
        return new DiscoveryNode("name-" + id, id, buildNewFakeTransportAddress(), Map.of(), Set.of(), Version.CURRENT);
    }

    private static NodeStats stats(String id) {
        EmbeddingStats stats = new EmbeddingStats();
        for (String model : randomSubsetOf(List.of("default", "large"))) {
            stats.model(model).called(randomBoolean());
            stats.model(model)
                    .answered(new Answer(between(1, 9), between(1, 99), between(1, 99), 2), randomLong() >>> 20);
            stats.model(model).failed(randomFrom(FailureKind.values()));
        }
        for (String index : randomSubsetOf(List.of("a", "b"))) {
            stats.index(index).embedded(between(1, 9), between(1, 99));
        }
        Map<String, DispatchStatus> lanes = new TreeMap<>();
        for (String model : randomSubsetOf(List.of("default", "large"))) {
            lanes.put(model, lane(randomFrom("closed", "open", "half_open")));
        }
        return new NodeStats(
                node(id),
                stats.snapshot(),
                Map.of("hits", randomNonNegativeLong() >>> 8, "bytes", 7L),
                queues(stats, lanes),
                bytes(randomSubsetOf(List.of("a", "c")), between(1, 9)));
    }

    private static DispatchStatus lane(String breaker) {
        return new DispatchStatus(between(0, 9), between(0, 999), between(0, 9), breaker, between(0, 9));
    }

    private static Map<String, QueueSnapshot> queues(EmbeddingStats stats, Map<String, DispatchStatus> lanes) {
        return new NodeCounters(stats, () -> null, () -> lanes).queuesNow();
    }

    private static Map<String, Object> json(ToXContentFragment response) throws IOException {
        try (XContentBuilder builder = JsonXContent.contentBuilder()) {
            builder.startObject();
            response.toXContent(builder, ToXContent.EMPTY_PARAMS).endObject();
            return XContentHelper.convertToMap(JsonXContent.jsonXContent, builder.toString(), false);
        }
    }

    public void testStatsSurviveTheWire() throws Exception {
        StatsResponse response = new StatsResponse(
                CLUSTER,
                List.of(stats("n1"), stats("n2")),
                List.of(new FailedNodeException("n3", "gone", new IllegalStateException("x"))));
        StatsResponse copy = copyWriteable(response, NONE, StatsResponse::new);
        assertEquals(json(response), json(copy));
        assertEquals("n3", copy.failures().getFirst().nodeId());
    }

    public void testTotalIsTheSumOfTheNodes() throws Exception {
        EmbeddingStats one = new EmbeddingStats();
        one.model("m").answered(new Answer(1, 4, 10, 1e6), 5_000_000);
        EmbeddingStats two = new EmbeddingStats();
        two.model("m").answered(new Answer(2, 8, 20, 1e6), 50_000_000);
        two.model("m").saved(3, 4);
        Map<String, Object> json = json(new StatsResponse(
                CLUSTER,
                List.of(
                        new NodeStats(node("n1"), one.snapshot(), Map.of("hits", 1L), Map.of(), VectorMemory.NONE),
                        new NodeStats(node("n2"), two.snapshot(), Map.of("hits", 2L), Map.of(), VectorMemory.NONE)),
                List.of()));
        Map<?, ?> total = (Map<?, ?>) json.get("total");
        Map<?, ?> model = (Map<?, ?>) ((Map<?, ?>) total.get("models")).get("m");
        assertEquals(3, model.get("inputs"));
        assertEquals(30, model.get("tokens"));
        assertEquals(30.0, model.get("spend_usd"));
        assertEquals(Map.of("p50", 5, "p95", 50, "p99", 50, "max", 50), model.get("latency_ms"));
        assertEquals(Map.of("hits", 3, "saved_texts", 3, "saved_tokens", 10), total.get("cache"));
        Map<?, ?> nodes = (Map<?, ?>) json.get("nodes");
        assertEquals("name-n2", ((Map<?, ?>) nodes.get("n2")).get("name"));
        assertEquals(
                Map.of("hits", 1, "saved_texts", 0, "saved_tokens", 0), ((Map<?, ?>) nodes.get("n1")).get("cache"));
    }

    public void testQueuesAddUpAndBreakersAreCountedByTheirState() throws Exception {
        EmbeddingStats none = new EmbeddingStats();
        Map<String, DispatchStatus> one = Map.of("m", new DispatchStatus(3, 500, 1, "open", 2), "n", lane("closed"));
        Map<String, DispatchStatus> two = Map.of("m", new DispatchStatus(4, 70, 0, "half_open", 0));
        Map<String, DispatchStatus> three = Map.of("m", new DispatchStatus(0, 0, 8, "open", 1));
        List<NodeStats> nodes = new ArrayList<>();
        for (Map<String, DispatchStatus> lanes : List.of(one, two, three)) {
            nodes.add(new NodeStats(
                    node("n" + nodes.size()), none.snapshot(), Map.of(), queues(none, lanes), VectorMemory.NONE));
        }
        Map<String, Object> json = json(new StatsResponse(CLUSTER, nodes, List.of()));
        Map<?, ?> total = (Map<?, ?>) ((Map<?, ?>) json.get("total")).get("queue");
        assertEquals(
                Map.of(
                        "queued_inputs", 7,
                        "queued_bytes", 570,
                        "in_flight", 9,
                        "rejections", 3,
                        "breakers", Map.of("closed", 0, "open", 2, "half_open", 1)),
                total.get("m"));
        assertEquals(Map.of("closed", 1, "open", 0, "half_open", 0), ((Map<?, ?>) total.get("n")).get("breakers"));
        Map<?, ?> second = (Map<?, ?>) ((Map<?, ?>) json.get("nodes")).get("n1");
        assertEquals(
                Map.of(
                        "m",
                        Map.of(
                                "queued_inputs", 4,
                                "queued_bytes", 70,
                                "in_flight", 0,
                                "rejections", 0,
                                "breaker", "half_open")),
                second.get("queue"));
    }

    public void testMemoryOfVectorsStandsBesideTheCountersOfTheirIndex() throws Exception {
        EmbeddingStats counted = new EmbeddingStats();
        counted.index("a").vectorsKept(4);
        List<NodeStats> nodes = new ArrayList<>();
        for (List<String> indices : List.of(List.of("a", "b"), List.of("b"), List.<String>of())) {
            nodes.add(new NodeStats(
                    node("n" + nodes.size()),
                    counted.snapshot(),
                    Map.of(),
                    Map.of(),
                    bytes(indices, nodes.size() + 1)));
        }
        Map<String, Object> json = json(new StatsResponse(CLUSTER, nodes, List.of()));
        Map<?, ?> total = (Map<?, ?>) ((Map<?, ?>) json.get("total")).get("indices");
        assertEquals(12, ((Map<?, ?>) total.get("a")).get("vectors_kept"));
        assertEquals(fields(400, 100), ((Map<?, ?>) total.get("a")).get("fields"));
        assertEquals(
                "it was written before these nodes started", Set.of("fields"), ((Map<?, ?>) total.get("b")).keySet());
        assertEquals(fields(1200, 300), ((Map<?, ?>) total.get("b")).get("fields"));
        Map<?, ?> second = (Map<?, ?>) ((Map<?, ?>) ((Map<?, ?>) json.get("nodes")).get("n1")).get("indices");
        assertFalse(((Map<?, ?>) second.get("a")).containsKey("fields"));
        assertEquals(fields(800, 200), ((Map<?, ?>) second.get("b")).get("fields"));
    }

    private static VectorMemory bytes(List<String> indices, long times) {
        Map<String, Map<String, Map<String, Long>>> fields = new TreeMap<>();
        indices.forEach(index -> fields.put(index, Map.of("meaning", Map.of("vec", 400 * times, "veq", 100 * times))));
        return new VectorMemory(fields);
    }

    private static Map<String, Object> fields(int vec, int veq) {
        return Map.of("meaning", Map.of("off_heap", Map.of("vec", vec, "veq", veq)));
    }

    public void testPartsOfANewerNodeArePassedOver() throws Exception {
        BytesStreamOutput cache = new BytesStreamOutput();
        Counters.write(cache, Map.of("hits", 4L));
        NodeStats read = read(Map.of("new part", new BytesArray("whatever"), "cache", cache.bytes()));
        assertEquals(Map.of("hits", 4L), read.cache());
        assertEquals(StatsSnapshot.NONE, read.counted());
        assertEquals(Map.of(), read.queues());
        assertEquals(VectorMemory.NONE, read.memory());
    }

    private static NodeStats read(Map<String, BytesReference> parts) throws IOException {
        BytesStreamOutput out = new BytesStreamOutput();
        node("n").writeToWithAttribute(out);
        out.writeMap(parts, StreamOutput::writeString, StreamOutput::writeBytesReference);
        try (StreamInput in = out.bytes().streamInput()) {
            return new NodeStats(in);
        }
    }

    public void testModelsSurviveTheWireInTheirOrder() throws Exception {
        List<NodeModels> nodes = new ArrayList<>();
        for (String id : List.of("n1", "n2")) {
            Map<String, Object> words = new LinkedHashMap<>();
            for (int i = between(1, 20); i > 0; i--) {
                words.put(
                        randomAlphaOfLength(6),
                        randomFrom("text", 5, 7L, .02, Map.of("reason", randomAlphaOfLength(3))));
            }
            nodes.add(new NodeModels(node(id), Map.of("default", words)));
        }
        ModelsResponse response = new ModelsResponse(CLUSTER, nodes, List.of());
        ModelsResponse copy = copyWriteable(response, NONE, ModelsResponse::new);
        assertEquals(json(response).toString(), json(copy).toString());
    }

    public void testRequestsSurviveTheWire() throws Exception {
        boolean verify = randomBoolean();
        assertEquals(
                verify,
                copyWriteable(new ModelsRequest(verify), NONE, ModelsRequest::new)
                        .verify());
        String[] nodes = generateRandomStringArray(3, 5, false);
        StatsRequest stats = copyWriteable(new StatsRequest(verify, nodes), NONE, StatsRequest::new);
        assertArrayEquals(nodes, stats.nodesIds());
        assertEquals(verify, stats.offHeap());
    }
}
