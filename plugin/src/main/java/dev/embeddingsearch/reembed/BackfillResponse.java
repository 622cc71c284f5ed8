/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import dev.embeddingsearch.reembed.BatchOutcome.Failed;
import java.io.IOException;
import java.util.List;
import org.opensearch.common.xcontent.StatusToXContentObject;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.XContentBuilder;

/** The counts of a backfill, and why it ended early if it did. */
public final class BackfillResponse extends ActionResponse implements StatusToXContentObject {

    static final int MAX_FAILURES = 10;

    private final long tookMillis;
    private final BackfillStatus progress;
    private final List<Failed> failures;
    private final End end;

    /**
     * Why the backfill ended; both null when all documents were tried.
     *
     * @param stopped failure of the service, where it failed a whole batch
     * @param cancelled reason of the cancellation
     */
    record End(String stopped, String cancelled) {}

    /**
     * @param failures the first {@value #MAX_FAILURES}
     */
    BackfillResponse(long tookMillis, BackfillStatus progress, List<Failed> failures, End end) {
        this.tookMillis = tookMillis;
        this.progress = progress;
        this.failures = List.copyOf(failures);
        this.end = end;
    }

    BackfillResponse(StreamInput in) throws IOException {
        super(in);
        this.tookMillis = in.readVLong();
        this.progress = new BackfillStatus(in);
        this.failures = in.readList(each -> new Failed(each.readString(), each.readString(), each.readString()));
        this.end = new End(in.readOptionalString(), in.readOptionalString());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVLong(tookMillis);
        progress.writeTo(out);
        out.writeCollection(failures, (to, failure) -> {
            to.writeString(failure.index());
            to.writeString(failure.id());
            to.writeString(failure.reason());
        });
        out.writeOptionalString(end.stopped());
        out.writeOptionalString(end.cancelled());
    }

    /** 503 where the service ended the run: the rest of the documents needs another backfill. */
    @Override
    public RestStatus status() {
        return end.stopped() == null ? RestStatus.OK : RestStatus.SERVICE_UNAVAILABLE;
    }

    public BackfillStatus progress() {
        return progress;
    }

    public String stopped() {
        return end.stopped();
    }

    public String cancelled() {
        return end.cancelled();
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("took", tookMillis);
        progress.innerXContent(builder);
        if (end.stopped() != null) {
            builder.field("stopped", end.stopped());
        }
        if (end.cancelled() != null) {
            builder.field("canceled", end.cancelled());
        }
        builder.startArray("failures");
        for (Failed failure : failures) {
            builder.startObject()
                    .field("index", failure.index())
                    .field("id", failure.id())
                    .field("reason", failure.reason())
                    .endObject();
        }
        return builder.endArray().endObject();
    }
}
