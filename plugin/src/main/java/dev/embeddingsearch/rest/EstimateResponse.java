/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.estimate.VectorsEstimate;
import dev.embeddingsearch.estimate.VectorsLayout;
import dev.embeddingsearch.mapper.VectorIndexOptions;
import java.io.IOException;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

/** The estimate for the vectors of a field: of one copy, and of all replicas together. */
final class EstimateResponse extends ActionResponse implements ToXContentObject {

    private final EstimateRequest asked;
    private final VectorsEstimate estimate;

    EstimateResponse(EstimateRequest asked) {
        this.asked = asked;
        this.estimate = asked.estimate();
    }

    EstimateResponse(StreamInput in) throws IOException {
        super(in);
        this.asked = new EstimateRequest(in);
        this.estimate = new VectorsEstimate(in.readVLong(), in.readVLong(), in.readVLong(), in.readDouble());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        asked.writeTo(out);
        out.writeVLong(estimate.vectorBytes());
        out.writeVLong(estimate.quantizedBytes());
        out.writeVLong(estimate.graphBytes());
        out.writeDouble(estimate.buildSeconds());
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        VectorsLayout layout = asked.layout();
        builder.startObject()
                .field("documents", asked.documents())
                .field("dimensions", layout.dimensions())
                .field("type", layout.graph() ? VectorIndexOptions.HNSW : VectorIndexOptions.FLAT);
        if (layout.graph()) {
            builder.field("m", layout.m()).field("ef_construction", layout.efConstruction());
        }
        builder.field("quantization", layout.quantization().toString())
                .field("storage", layout.precision().toString())
                .field("segments", asked.segments())
                .field("replicas", asked.replicas());
        write(builder, "primary", 1);
        write(builder, "total", 1L + asked.replicas());
        return builder.endObject();
    }

    private void write(XContentBuilder builder, String name, long copies) throws IOException {
        long quantized = copies * estimate.quantizedBytes();
        long graph = copies * estimate.graphBytes();
        long vectors = copies * estimate.vectorBytes();
        builder.startObject(name);
        write(builder, "disk_bytes", vectors, quantized, graph);
        write(builder, "memory_bytes", quantized > 0 ? 0 : vectors, quantized, graph);
        builder.field("source_bytes", copies * asked.documents() * base64Length())
                .field("build_cpu_seconds", (long) Math.ceil(copies * estimate.buildSeconds()))
                .endObject();
    }

    private static void write(XContentBuilder builder, String name, long vectors, long quantized, long graph)
            throws IOException {
        builder.startObject(name)
                .field("vectors", vectors)
                .field("codes", quantized)
                .field("graph", graph)
                .field("total", vectors + quantized + graph)
                .endObject();
    }

    /** The bytes of a vector in {@code _source}, which is base64 of its float32 components. */
    private long base64Length() {
        long bytes = (long) asked.layout().dimensions() * Float.BYTES;
        return (bytes + 2) / 3 * 4;
    }
}
