/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.stats;

import java.io.IOException;
import java.util.Map;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.XContentBuilder;

/**
 * The bytes of vectors that are mapped into memory outside of the heap, for all shards of one node or of several.
 *
 * @param indices by index, field and kind, which is the extension of the file
 */
public record VectorMemory(Map<String, Map<String, Map<String, Long>>> indices) implements Writeable {

    public static final VectorMemory NONE = new VectorMemory(Map.of());

    public VectorMemory(StreamInput in) throws IOException {
        this(Counters.read(in, index -> Counters.read(index, Counters::read)));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeMap(
                indices,
                StreamOutput::writeString,
                (index, fields) -> index.writeMap(fields, StreamOutput::writeString, Counters::write));
    }

    public VectorMemory plus(VectorMemory other) {
        return new VectorMemory(Counters.merge(indices, other.indices, (a, b) -> Counters.merge(a, b, Counters::sum)));
    }

    /** The fields of one index; empty if it has none. */
    void toXContent(XContentBuilder builder, String index) throws IOException {
        if (!indices.containsKey(index)) {
            return;
        }
        builder.startObject("fields");
        for (Map.Entry<String, Map<String, Long>> field : indices.get(index).entrySet()) {
            builder.startObject(field.getKey()).startObject("off_heap");
            Counters.toXContent(builder, field.getValue());
            builder.endObject().endObject();
        }
        builder.endObject();
    }
}
