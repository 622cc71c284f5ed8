/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.stats;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.core.xcontent.XContentBuilder;

/** All counters at one time, of one node or summed over several. */
public record StatsSnapshot(Map<String, ModelSnapshot> models, Map<String, Map<String, Long>> indices)
        implements Writeable {

    public static final StatsSnapshot NONE = new StatsSnapshot(Map.of(), Map.of());

    public StatsSnapshot(StreamInput in) throws IOException {
        this(Counters.read(in, ModelSnapshot::new), Counters.read(in, Counters::read));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeMap(models, StreamOutput::writeString, (stream, model) -> model.writeTo(stream));
        out.writeMap(indices, StreamOutput::writeString, Counters::write);
    }

    public StatsSnapshot plus(StatsSnapshot other) {
        return new StatsSnapshot(
                Counters.merge(models, other.models, ModelSnapshot::plus),
                Counters.merge(indices, other.indices, Counters::sum));
    }

    /** The sum of one counter over all models. */
    public long ofAllModels(String counter) {
        return models.values().stream()
                .mapToLong(model -> model.counters().getOrDefault(counter, 0L))
                .sum();
    }

    /** Writes models and indices, with the off-heap bytes of their vectors if requested. */
    public XContentBuilder toXContent(XContentBuilder builder, ToXContent.Params params, VectorMemory memory)
            throws IOException {
        builder.startObject("models");
        for (Map.Entry<String, ModelSnapshot> model : models.entrySet()) {
            builder.startObject(model.getKey());
            model.getValue().toXContent(builder, params);
            builder.endObject();
        }
        builder.endObject().startObject("indices");
        Set<String> names = new LinkedHashSet<>(indices.keySet());
        names.addAll(memory.indices().keySet());
        for (String index : names) {
            builder.startObject(index);
            Counters.toXContent(builder, indices.getOrDefault(index, Map.of()));
            memory.toXContent(builder, index);
            builder.endObject();
        }
        return builder.endObject();
    }
}
