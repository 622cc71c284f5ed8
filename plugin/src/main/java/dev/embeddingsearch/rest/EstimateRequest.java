/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.estimate.VectorsEstimate;
import dev.embeddingsearch.estimate.VectorsLayout;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.io.IOException;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

/** A request for an estimate of the bytes and the time that the vectors of a field will take. */
final class EstimateRequest extends ActionRequest {

    static final int MAX_REPLICAS = 100;

    private final VectorsLayout layout;
    private final long documents;
    private final long segments;
    private final int replicas;

    EstimateRequest(VectorsLayout layout, long documents, long segments, int replicas) {
        this.layout = layout;
        this.documents = documents;
        this.segments = segments;
        this.replicas = replicas;
    }

    EstimateRequest(StreamInput in) throws IOException {
        super(in);
        this.layout = new VectorsLayout(
                in.readVInt(),
                in.readEnum(Quantization.class),
                in.readEnum(VectorPrecision.class),
                in.readBoolean(),
                in.readVInt(),
                in.readVInt());
        this.documents = in.readVLong();
        this.segments = in.readVLong();
        this.replicas = in.readVInt();
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        out.writeVInt(layout.dimensions());
        out.writeEnum(layout.quantization());
        out.writeEnum(layout.precision());
        out.writeBoolean(layout.graph());
        out.writeVInt(layout.m());
        out.writeVInt(layout.efConstruction());
        out.writeVLong(documents);
        out.writeVLong(segments);
        out.writeVInt(replicas);
    }

    @Override
    public ActionRequestValidationException validate() {
        return null;
    }

    /** @throws IllegalArgumentException if there are too many or too few documents or segments */
    VectorsEstimate estimate() {
        return VectorsEstimate.of(layout, documents, segments);
    }

    VectorsLayout layout() {
        return layout;
    }

    long documents() {
        return documents;
    }

    long segments() {
        return segments;
    }

    int replicas() {
        return replicas;
    }
}
