/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.stats;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.XContentBuilder;

/**
 * The queue of a model at one time, on one node or summed over several.
 *
 * @param numbers by name; a newer node may send names that are unknown here
 * @param breakers the number of nodes whose breaker is in each state
 */
public record QueueSnapshot(Map<String, Long> numbers, Map<String, Long> breakers) implements Writeable {

    private static final List<String> STATES = List.of("closed", "open", "half_open");

    /** The queue of one node. */
    public static QueueSnapshot of(Map<String, Long> numbers, String breaker) {
        Map<String, Long> breakers = new LinkedHashMap<>();
        STATES.forEach(state -> breakers.put(state, 0L));
        breakers.put(breaker, 1L);
        return new QueueSnapshot(numbers, breakers);
    }

    public QueueSnapshot(StreamInput in) throws IOException {
        this(Counters.read(in), Counters.read(in));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        Counters.write(out, numbers);
        Counters.write(out, breakers);
    }

    private QueueSnapshot plus(QueueSnapshot other) {
        return new QueueSnapshot(Counters.sum(numbers, other.numbers), Counters.sum(breakers, other.breakers));
    }

    /** Writes the queues of several models, by name. */
    public static void write(StreamOutput out, Map<String, QueueSnapshot> queues) throws IOException {
        out.writeMap(queues, StreamOutput::writeString, (stream, queue) -> queue.writeTo(stream));
    }

    public static Map<String, QueueSnapshot> readAll(StreamInput in) throws IOException {
        return Counters.read(in, QueueSnapshot::new);
    }

    public static Map<String, QueueSnapshot> sum(Map<String, QueueSnapshot> a, Map<String, QueueSnapshot> b) {
        return Counters.merge(a, b, QueueSnapshot::plus);
    }

    /** Writes the queue of one node, with the state of its breaker. */
    public void nodeToXContent(XContentBuilder builder) throws IOException {
        Counters.toXContent(builder, numbers);
        for (Map.Entry<String, Long> breaker : breakers.entrySet()) {
            if (breaker.getValue() > 0) {
                builder.field("breaker", breaker.getKey());
            }
        }
    }

    /** Writes the sum over several nodes, with the number of breakers in each state. */
    public void totalToXContent(XContentBuilder builder) throws IOException {
        Counters.toXContent(builder, numbers);
        builder.startObject("breakers");
        Counters.toXContent(builder, breakers);
        builder.endObject();
    }
}
