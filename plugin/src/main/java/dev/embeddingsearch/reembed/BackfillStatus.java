/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import dev.embeddingsearch.wire.WireParts;
import java.io.IOException;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.tasks.Task;

/**
 * The progress of a backfill.
 *
 * @param total marked documents found at the start, or the request's {@code size} where that is less
 * @param embedded documents that have all their vectors now
 * @param conflicts documents that changed meanwhile and were left alone
 * @param failed documents that still lack a vector
 * @param noops documents that were found, but have no mark any more
 * @param batches batches that have ended
 */
public record BackfillStatus(long total, long embedded, long conflicts, long failed, long noops, int batches)
        implements Task.Status {

    public static final String NAME = "embedding-backfill";

    static final BackfillStatus START = new BackfillStatus(0, 0, 0, 0, 0, 0);

    public BackfillStatus(StreamInput in) throws IOException {
        this(in.readVLong(), in.readVLong(), in.readVLong(), in.readVLong(), in.readVLong(), in.readVInt());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVLong(total);
        out.writeVLong(embedded);
        out.writeVLong(conflicts);
        out.writeVLong(failed);
        out.writeVLong(noops);
        out.writeVInt(batches);
    }

    /** A status in the form with parts of a later version, as far as this version knows it. */
    public record WithParts(BackfillStatus known) implements Task.Status {

        public static final String NAME = WireParts.named(BackfillStatus.NAME);

        /** Reads a status and skips its parts. */
        public WithParts(StreamInput in) throws IOException {
            this(new BackfillStatus(in));
            WireParts.read(in);
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            known.writeTo(out);
            new WireParts().writeTo(out);
        }

        @Override
        public String getWriteableName() {
            return NAME;
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            return known.toXContent(builder, params);
        }
    }

    BackfillStatus withTotal(long found) {
        return new BackfillStatus(found, embedded, conflicts, failed, noops, batches);
    }

    /** Adds what became of one more batch. */
    BackfillStatus plus(BatchOutcome batch) {
        return new BackfillStatus(
                total,
                embedded + batch.embedded(),
                conflicts + batch.conflicts(),
                failed + batch.failures().size(),
                noops + batch.noops(),
                batches + 1);
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject();
        innerXContent(builder);
        return builder.endObject();
    }

    void innerXContent(XContentBuilder builder) throws IOException {
        builder.field("total", total)
                .field("embedded", embedded)
                .field("conflicts", conflicts)
                .field("failed", failed)
                .field("noops", noops)
                .field("batches", batches);
    }
}
