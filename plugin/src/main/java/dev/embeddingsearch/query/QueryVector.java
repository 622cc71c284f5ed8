/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

/**
 * A query's vector for the fields of one model; a search over indices of several models carries one for each.
 *
 * @param modelId id of the model whose fields it is for, or null for a vector that the caller gave
 * @param values the vector, as the model or the caller made it
 */
@SuppressWarnings("ArrayRecordComponent") // equality is defined below; the array is never changed
record QueryVector(String modelId, float[] values) implements Writeable {

    QueryVector(StreamInput in) throws IOException {
        this(in.readOptionalString(), in.readFloatArray());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeOptionalString(modelId);
        out.writeFloatArray(values);
    }

    /** Whether the vector can be compared with those of a field. */
    boolean fits(String fieldModelId, int dimensions) {
        return modelId == null || (modelId.equals(fieldModelId) && values.length == dimensions);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof QueryVector that
                && Objects.equals(modelId, that.modelId)
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Objects.hash(modelId, Arrays.hashCode(values));
    }

    @Override
    public String toString() {
        return "QueryVector[" + modelId + ", " + values.length + " dimensions]";
    }
}
