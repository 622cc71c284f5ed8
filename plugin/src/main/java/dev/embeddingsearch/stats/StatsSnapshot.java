/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.stats;

import java.io.IOException;
import java.util.Map;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

/** What was counted until a moment, on one node or on several. */
public record StatsSnapshot(Map<String, ModelSnapshot> models, Map<String, Map<String, Long>> indices)
        implements Writeable, ToXContentFragment {

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

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject("models");
        for (Map.Entry<String, ModelSnapshot> model : models.entrySet()) {
            builder.startObject(model.getKey());
            model.getValue().toXContent(builder, params);
            builder.endObject();
        }
        builder.endObject().startObject("indices");
        for (Map.Entry<String, Map<String, Long>> index : indices.entrySet()) {
            builder.startObject(index.getKey());
            Counters.toXContent(builder, index.getValue());
            builder.endObject();
        }
        return builder.endObject();
    }
}
