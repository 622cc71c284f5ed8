/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.stats;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

/**
 * The counters of a model, of one node or summed over several.
 *
 * @param counters by name; a newer node may send names that are unknown here
 * @param failures the number of failed calls, by the name of their {@link FailureKind}
 * @param spend in US dollars
 * @param latencies of the successful calls
 */
public record ModelSnapshot(Map<String, Long> counters, Map<String, Long> failures, double spend, Latencies latencies)
        implements Writeable, ToXContentFragment {

    static final String TOKENS = "tokens";
    public static final String SAVED_TEXTS = "saved_texts";
    public static final String SAVED_TOKENS = "saved_tokens";

    ModelSnapshot(StreamInput in) throws IOException {
        this(Counters.read(in), Counters.read(in), in.readDouble(), new Latencies(in));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        Counters.write(out, counters);
        Counters.write(out, failures);
        out.writeDouble(spend);
        latencies.writeTo(out);
    }

    ModelSnapshot plus(ModelSnapshot other) {
        return new ModelSnapshot(
                Counters.sum(counters, other.counters),
                Counters.sum(failures, other.failures),
                spend + other.spend,
                latencies.plus(other.latencies));
    }

    /** Rounded to twelve decimal places, to remove the rounding errors of sums. */
    private static double rounded(double dollars) {
        return BigDecimal.valueOf(dollars).setScale(12, RoundingMode.HALF_UP).doubleValue();
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        Counters.toXContent(builder, counters);
        builder.field("spend_usd", rounded(spend));
        builder.startObject("failures");
        Counters.toXContent(builder, failures);
        builder.endObject();
        builder.startObject("latency_ms");
        builder.field("p50", latencies.percentile(50));
        builder.field("p95", latencies.percentile(95));
        builder.field("p99", latencies.percentile(99));
        builder.field("max", latencies.max());
        return builder.endObject();
    }
}
