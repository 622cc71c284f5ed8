/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.stats.Counters;
import dev.embeddingsearch.stats.QueueSnapshot;
import dev.embeddingsearch.stats.StatsSnapshot;
import dev.embeddingsearch.stats.VectorMemory;
import dev.embeddingsearch.wire.WireParts;
import java.io.IOException;
import java.util.Map;
import org.opensearch.action.support.nodes.BaseNodeResponse;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

/**
 * The counters of one node. On the wire they are parts by name: a node with another version of the plugin skips those that
 * it does not know, and reads those that are missing as empty.
 */
final class NodeStats extends BaseNodeResponse {

    private static final String COUNTED = "counted";
    private static final String CACHE = "cache";
    private static final String QUEUE = "queue";
    private static final String MEMORY = "memory";

    private final StatsSnapshot counted;
    private final Map<String, Long> cache;
    private final Map<String, QueueSnapshot> queues;
    private final VectorMemory memory;

    NodeStats(
            DiscoveryNode node,
            StatsSnapshot counted,
            Map<String, Long> cache,
            Map<String, QueueSnapshot> queues,
            VectorMemory memory) {
        super(node);
        this.counted = counted;
        this.cache = cache;
        this.queues = queues;
        this.memory = memory;
    }

    NodeStats(StreamInput in) throws IOException {
        super(in);
        WireParts parts = WireParts.readUnversioned(in);
        this.counted = parts.get(COUNTED, StatsSnapshot::new, StatsSnapshot.NONE);
        this.cache = parts.get(CACHE, Counters::read, Map.of());
        this.queues = parts.get(QUEUE, QueueSnapshot::readAll, Map.of());
        this.memory = parts.get(MEMORY, VectorMemory::new, VectorMemory.NONE);
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        new WireParts()
                .add(out, COUNTED, counted)
                .add(out, CACHE, part -> Counters.write(part, cache))
                .add(out, QUEUE, part -> QueueSnapshot.write(part, queues))
                .add(out, MEMORY, memory)
                .writeUnversioned(out);
    }

    StatsSnapshot counted() {
        return counted;
    }

    Map<String, Long> cache() {
        return cache;
    }

    Map<String, QueueSnapshot> queues() {
        return queues;
    }

    VectorMemory memory() {
        return memory;
    }
}
