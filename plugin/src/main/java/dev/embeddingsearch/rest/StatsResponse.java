/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.stats.Counters;
import dev.embeddingsearch.stats.ModelSnapshot;
import dev.embeddingsearch.stats.QueueSnapshot;
import dev.embeddingsearch.stats.StatsSnapshot;
import dev.embeddingsearch.stats.VectorMemory;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.opensearch.action.FailedNodeException;
import org.opensearch.action.support.nodes.BaseNodesResponse;
import org.opensearch.cluster.ClusterName;
import org.opensearch.common.CheckedBiConsumer;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

/** The counters of some nodes, and their sums. */
final class StatsResponse extends BaseNodesResponse<NodeStats> implements ToXContentFragment {

    StatsResponse(ClusterName cluster, List<NodeStats> nodes, List<FailedNodeException> failures) {
        super(cluster, nodes, failures);
    }

    StatsResponse(StreamInput in) throws IOException {
        super(in);
    }

    @Override
    protected List<NodeStats> readNodesFrom(StreamInput in) throws IOException {
        return in.readList(NodeStats::new);
    }

    @Override
    protected void writeNodesTo(StreamOutput out, List<NodeStats> nodes) throws IOException {
        out.writeList(nodes);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        StatsSnapshot counted =
                getNodes().stream().map(NodeStats::counted).reduce(StatsSnapshot.NONE, StatsSnapshot::plus);
        Map<String, Long> cache = getNodes().stream().map(NodeStats::cache).reduce(Map.of(), Counters::sum);
        Map<String, QueueSnapshot> queues =
                getNodes().stream().map(NodeStats::queues).reduce(Map.of(), QueueSnapshot::sum);
        VectorMemory memory = getNodes().stream().map(NodeStats::memory).reduce(VectorMemory.NONE, VectorMemory::plus);
        builder.startObject("total");
        counted.toXContent(builder, params, memory);
        write(builder, counted, cache);
        write(builder, queues, QueueSnapshot::totalToXContent);
        builder.endObject().startObject("nodes");
        for (NodeStats node : getNodes()) {
            builder.startObject(node.getNode().getId());
            builder.field("name", node.getNode().getName());
            node.counted().toXContent(builder, params, node.memory());
            write(builder, node.counted(), node.cache());
            write(builder, node.queues(), QueueSnapshot::nodeToXContent);
            builder.endObject();
        }
        return builder.endObject();
    }

    private static void write(XContentBuilder builder, StatsSnapshot counted, Map<String, Long> cache)
            throws IOException {
        builder.startObject("cache");
        Counters.toXContent(builder, cache);
        for (String saved : List.of(ModelSnapshot.SAVED_TEXTS, ModelSnapshot.SAVED_TOKENS)) {
            builder.field(saved, counted.ofAllModels(saved));
        }
        builder.endObject();
    }

    private static void write(
            XContentBuilder builder,
            Map<String, QueueSnapshot> queues,
            CheckedBiConsumer<QueueSnapshot, XContentBuilder, IOException> writer)
            throws IOException {
        builder.startObject("queue");
        for (Map.Entry<String, QueueSnapshot> model : queues.entrySet()) {
            builder.startObject(model.getKey());
            writer.accept(model.getValue(), builder);
            builder.endObject();
        }
        builder.endObject();
    }
}
