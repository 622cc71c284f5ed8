/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.estimate.VectorsLayout;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.stats.EmbeddingStats;
import dev.embeddingsearch.stats.ModelStats.Answer;
import dev.embeddingsearch.stats.QueueSnapshot;
import dev.embeddingsearch.stats.StatsSnapshot;
import dev.embeddingsearch.stats.VectorMemory;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import dev.embeddingsearch.wire.RecordedBytes;
import dev.embeddingsearch.wire.WireParts;
import java.io.IOException;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.opensearch.Version;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.common.transport.TransportAddress;
import org.opensearch.test.OpenSearchTestCase;

/** The requests and responses of our actions between nodes of different versions of the plugin. */
public class ActionWireTests extends OpenSearchTestCase {

    private static final EstimateRequest ESTIMATE = new EstimateRequest(
            new VectorsLayout(768, Quantization.INT8, VectorPrecision.FLOAT16, true, 16, 100), 1_000_000, 3, 2);

    static Map<String, Writeable> messages() throws IOException {
        Map<String, Writeable> messages = new LinkedHashMap<>();
        messages.put(
                "embed_request",
                new EmbedRequest(
                        new EmbeddingRequest("large", Side.QUERY, InputType.CODE, 256, List.of("a", "b")), true));
        messages.put(
                "embed_response",
                new EmbedResponse(
                        "large",
                        true,
                        List.of(
                                new EmbedResponse.Entry(new float[] {1, -2}, null),
                                new EmbedResponse.Entry(null, new Reason("some_exception", "too long", 413)))));
        messages.put("estimate_request", ESTIMATE);
        messages.put("estimate_response", new EstimateResponse(ESTIMATE));
        messages.put("models_request", new ModelsRequest(true));
        messages.put("models_node_request", new TransportModelsAction.NodeRequest(true));
        messages.put("stats_request", new StatsRequest(true, "n1", "n2"));
        messages.put("stats_node_request", new TransportStatsAction.NodeRequest(true));
        Map<String, Object> words = new LinkedHashMap<>();
        words.put("id", "text-embedding-3-small");
        words.put("dimensions", 1536);
        messages.put("node_models", new NodeModels(node(), Map.of("default", words)));
        messages.put("node_stats", stats(new StatsSnapshot(Map.of(), Map.of("logs", Map.of("texts", 12L)))));
        return messages;
    }

    static NodeStats stats(StatsSnapshot counted) throws IOException {
        Map<String, Long> cache = new TreeMap<>(Map.of("hits", 5L, "misses", 300L));
        QueueSnapshot queue = QueueSnapshot.of(new TreeMap<>(Map.of("in_flight", 1L, "queued_inputs", 9L)), "open");
        VectorMemory memory = new VectorMemory(Map.of("logs", Map.of("meaning", Map.of("vec", 4096L))));
        return new NodeStats(node(), counted, cache, Map.of("default", queue), memory);
    }

    /** With a histogram, whose compression may differ between machines. */
    static NodeStats calls() throws IOException {
        EmbeddingStats stats = new EmbeddingStats();
        stats.model("default").answered(new Answer(2, 8, 20, 1e6), 50_000_000);
        return stats(stats.snapshot());
    }

    private static DiscoveryNode node() throws IOException {
        InetAddress address = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        return new DiscoveryNode(
                "name",
                "id",
                "ephemeral",
                "127.0.0.1",
                "127.0.0.1",
                new TransportAddress(address, 9300),
                Map.of(),
                Set.of(),
                Version.V_3_6_0);
    }

    private static final Map<String, Writeable.Reader<? extends Writeable>> READERS = Map.of(
            "embed_request", EmbedRequest::new,
            "embed_response", EmbedResponse::new,
            "estimate_request", EstimateRequest::new,
            "estimate_response", EstimateResponse::new,
            "models_request", ModelsRequest::new,
            "models_node_request", TransportModelsAction.NodeRequest::new,
            "stats_request", StatsRequest::new,
            "stats_node_request", TransportStatsAction.NodeRequest::new,
            "node_models", NodeModels::new,
            "node_stats", NodeStats::new);

    public void testReadsAndWritesTheBytesOf010() throws IOException {
        for (Map.Entry<String, Writeable> message : messages().entrySet()) {
            BytesReference recorded = RecordedBytes.of(message.getKey());
            assertEquals(message.getKey(), recorded, RecordedBytes.written(message.getValue()));
            Writeable read = RecordedBytes.read(message.getKey(), READERS.get(message.getKey()));
            assertEquals(message.getKey(), recorded, RecordedBytes.written(read));
        }
    }

    public void testReadsTheLatenciesOf010() throws IOException {
        NodeStats read = RecordedBytes.read("node_stats_calls", NodeStats::new);
        assertEquals(calls().counted(), read.counted());
        assertEquals(calls().queues(), read.queues());
    }

    public void testSkipsPartsOfALaterVersion() throws IOException {
        for (Map.Entry<String, Writeable> message : messages().entrySet()) {
            Writeable read = RecordedBytes.readWhole(
                    RecordedBytes.withUnknownPart(message.getValue()),
                    new NamedWriteableRegistry(List.of()),
                    WireParts.skippingRest(READERS.get(message.getKey())));
            assertEquals(message.getKey(), RecordedBytes.written(message.getValue()), RecordedBytes.written(read));
        }
    }
}
