/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.stats;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.XContentBuilder;

/**
 * Numbers by name, also on the wire: nodes with different versions of the plugin have different counters, and each node passes
 * on and adds up counters that it does not know.
 */
public final class Counters {

    private Counters() {}

    public static void write(StreamOutput out, Map<String, Long> counters) throws IOException {
        out.writeMap(counters, StreamOutput::writeString, StreamOutput::writeZLong);
    }

    public static Map<String, Long> read(StreamInput in) throws IOException {
        return read(in, StreamInput::readZLong);
    }

    /** Reads a map that {@link StreamOutput#writeMap} has written, in the same order. */
    static <T> Map<String, T> read(StreamInput in, Writeable.Reader<T> reader) throws IOException {
        int size = in.readVInt();
        Map<String, T> read = new LinkedHashMap<>();
        for (int i = 0; i < size; i++) {
            read.put(in.readString(), reader.read(in));
        }
        return read;
    }

    public static Map<String, Long> sum(Map<String, Long> a, Map<String, Long> b) {
        return merge(a, b, Long::sum);
    }

    static <T> Map<String, T> merge(Map<String, T> a, Map<String, T> b, BinaryOperator<T> sum) {
        Map<String, T> merged = new LinkedHashMap<>(a);
        b.forEach((name, value) -> merged.merge(name, value, sum));
        return merged;
    }

    public static void toXContent(XContentBuilder builder, Map<String, Long> counters) throws IOException {
        for (Map.Entry<String, Long> counter : counters.entrySet()) {
            builder.field(counter.getKey(), counter.getValue().longValue());
        }
    }
}
