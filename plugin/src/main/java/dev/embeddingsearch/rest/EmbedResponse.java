/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.mapper.VectorValue;
import java.io.IOException;
import java.util.List;
import org.opensearch.common.xcontent.StatusToXContentObject;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.XContentBuilder;

/** The vectors of the texts, in their order, each with the reason if it could not be embedded. */
final class EmbedResponse extends ActionResponse implements StatusToXContentObject {

    private final String model;
    private final boolean base64;
    private final List<Entry> entries;

    /** A vector or a reason; the other is null. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry(float[] vector, Reason failure) implements Writeable {

        private static Entry read(StreamInput in) throws IOException {
            return in.readBoolean() ? new Entry(in.readFloatArray(), null) : new Entry(null, new Reason(in));
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeBoolean(vector != null);
            if (vector != null) {
                out.writeFloatArray(vector);
            } else {
                failure.writeTo(out);
            }
        }
    }

    EmbedResponse(String model, boolean base64, List<Entry> entries) {
        this.model = model;
        this.base64 = base64;
        this.entries = List.copyOf(entries);
    }

    EmbedResponse(StreamInput in) throws IOException {
        super(in);
        this.model = in.readString();
        this.base64 = in.readBoolean();
        this.entries = in.readList(Entry::read);
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(model);
        out.writeBoolean(base64);
        out.writeList(entries);
    }

    List<Entry> entries() {
        return entries;
    }

    /** The status of the first failure if all texts failed. */
    @Override
    public RestStatus status() {
        boolean some = entries.stream().anyMatch(entry -> entry.vector() != null);
        return some
                ? RestStatus.OK
                : RestStatus.fromCode(entries.getFirst().failure().status());
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject();
        builder.field("model", model);
        builder.startArray("data");
        for (int i = 0; i < entries.size(); i++) {
            builder.startObject();
            builder.field("index", i);
            write(builder, entries.get(i));
            builder.endObject();
        }
        return builder.endArray().endObject();
    }

    private void write(XContentBuilder builder, Entry entry) throws IOException {
        if (entry.vector() == null) {
            builder.field("error", entry.failure().toMap());
        } else if (base64) {
            builder.field("embedding", VectorValue.encode(entry.vector()));
        } else {
            builder.array("embedding", entry.vector());
        }
    }
}
