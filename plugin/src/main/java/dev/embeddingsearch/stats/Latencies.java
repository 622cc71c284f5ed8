/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.stats;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

/**
 * A histogram of the duration of calls, in milliseconds with two significant digits; values below 256 are exact. It is a copy
 * of a {@link Recorder}, or a sum of several.
 */
public final class Latencies implements Writeable {

    private static final int DIGITS = 2;

    private final Histogram histogram;

    private Latencies(Histogram histogram) {
        this.histogram = histogram;
    }

    Latencies() {
        this(new Histogram(DIGITS));
    }

    Latencies(StreamInput in) throws IOException {
        this(decode(in.readByteArray()));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        byte[] encoded = new byte[length];
        bytes.flip().get(encoded);
        out.writeByteArray(encoded);
    }

    private static Histogram decode(byte[] bytes) throws IOException {
        try {
            Histogram histogram = Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), 0);
            histogram.setAutoResize(true);
            return histogram;
        } catch (DataFormatException e) {
            throw new IOException("expected latencies as a compressed histogram", e);
        }
    }

    Latencies plus(Latencies other) {
        Histogram sum = new Histogram(DIGITS);
        sum.add(histogram);
        sum.add(other.histogram);
        return new Latencies(sum);
    }

    /** The number of calls. */
    public long count() {
        return histogram.getTotalCount();
    }

    /** A percentile of the durations; 0 without calls. */
    public long percentile(double percent) {
        return count() == 0 ? 0 : histogram.getValueAtPercentile(percent);
    }

    /** The longest duration. */
    public long max() {
        return histogram.getMaxValue();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Latencies that && histogram.equals(that.histogram);
    }

    @Override
    public int hashCode() {
        return histogram.hashCode();
    }

    @Override
    public String toString() {
        return "Latencies[count=" + count() + ", p50=" + percentile(50) + ", p99=" + percentile(99) + "]";
    }

    /** Records durations from many threads without a lock, in about 17 KB. */
    static final class Recorder {

        /** Longer than any sensible timeout; longer durations count as this one. */
        static final long MAX_MILLIS = 3_600_000;

        private final AtomicHistogram histogram = new AtomicHistogram(MAX_MILLIS, DIGITS);

        void record(long millis) {
            histogram.recordValue(Math.clamp(millis, 0, MAX_MILLIS));
        }

        Latencies latencies() {
            Histogram copy = new Histogram(DIGITS);
            copy.add(histogram);
            return new Latencies(copy);
        }
    }
}
