/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.model.InputType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

/**
 * What an {@code embedding} query looks for: a text and, once it is embedded, its vectors; or a given vector.
 *
 * @param type whether the text is code; of no meaning without one
 * @param text the text, or null for a given vector
 * @param vectors the vectors, or null while the text is not embedded yet; empty where it could not be embedded and the
 *     search goes on without. A cluster that searches for another one adds those of its own models
 */
record QueryInput(InputType type, String text, List<QueryVector> vectors) implements Writeable {

    QueryInput {
        Objects.requireNonNull(type, "type");
        vectors = vectors == null ? null : List.copyOf(vectors);
    }

    static QueryInput text(InputType type, String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("[" + type + "] expects something to embed, got a blank string");
        }
        return new QueryInput(type, text, null);
    }

    static QueryInput vector(float[] values) {
        return new QueryInput(InputType.TEXT, null, List.of(new QueryVector(null, values)));
    }

    QueryInput(StreamInput in) throws IOException {
        this(
                in.readEnum(InputType.class),
                in.readOptionalString(),
                in.readBoolean() ? in.readList(QueryVector::new) : null);
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeEnum(type);
        out.writeOptionalString(text);
        out.writeBoolean(vectors != null);
        if (vectors != null) {
            out.writeList(vectors);
        }
    }

    boolean embedded() {
        return vectors != null;
    }

    /** Whether there is nothing to embed: a given vector, or a text whose search goes on without any. */
    boolean isFinal() {
        return text == null || (vectors != null && vectors.isEmpty());
    }

    /** Whether a vector is among those there are. */
    boolean has(String modelId, int dimensions) {
        return vectors != null && vectors.stream().anyMatch(vector -> vector.fits(modelId, dimensions));
    }

    QueryInput withMore(List<QueryVector> embedded) {
        List<QueryVector> all = new ArrayList<>(vectors == null ? List.of() : vectors);
        all.addAll(embedded);
        return withVectors(all);
    }

    QueryInput withVectors(List<QueryVector> embedded) {
        return new QueryInput(type, text, embedded);
    }

    /** Leaves the text out, which belongs to the user. */
    @Override
    public String toString() {
        return "QueryInput[" + type + ", " + vectors + "]";
    }
}
