/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.stats.Counters;
import dev.embeddingsearch.stats.QueueSnapshot;
import dev.embeddingsearch.stats.StatsSnapshot;
import dev.embeddingsearch.stats.VectorMemory;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.opensearch.action.support.nodes.BaseNodeResponse;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

/**
 * The counters of one node. On the wire they are parts by name: a node with an older version of the plugin passes over
 * those it does not know, and takes those that are missing for empty.
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
        Map<String, BytesReference> parts = in.readMap(StreamInput::readString, StreamInput::readBytesReference);
        this.counted = part(in, parts.get(COUNTED), StatsSnapshot::new, StatsSnapshot.NONE);
        this.cache = part(in, parts.get(CACHE), Counters::read, Map.of());
        this.queues = part(in, parts.get(QUEUE), QueueSnapshot::readAll, Map.of());
        this.memory = part(in, parts.get(MEMORY), VectorMemory::new, VectorMemory.NONE);
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        Map<String, BytesReference> parts = new LinkedHashMap<>();
        parts.put(COUNTED, bytes(out, counted));
        parts.put(CACHE, bytes(out, part -> Counters.write(part, cache)));
        parts.put(QUEUE, bytes(out, part -> QueueSnapshot.write(part, queues)));
        parts.put(MEMORY, bytes(out, memory));
        out.writeMap(parts, StreamOutput::writeString, StreamOutput::writeBytesReference);
    }

    private static <T> T part(StreamInput in, BytesReference bytes, Writeable.Reader<T> reader, T absent)
            throws IOException {
        if (bytes == null) {
            return absent;
        }
        try (StreamInput part = bytes.streamInput()) {
            part.setVersion(in.getVersion());
            return reader.read(part);
        }
    }

    private static BytesReference bytes(StreamOutput out, Writeable content) throws IOException {
        try (BytesStreamOutput part = new BytesStreamOutput()) {
            part.setVersion(out.getVersion());
            content.writeTo(part);
            return part.bytes();
        }
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
