/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.mapper.VectorValue;
import dev.embeddingsearch.model.InputType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

/** What an {@code embedding} query searches the nearest documents of: a text, or a vector. */
sealed interface QuerySource extends Writeable, ToXContentFragment {

    /** The vectors to compare with those of documents; none for a text that is not embedded. */
    List<QueryVector> vectors();

    /** How far a source is from vectors. */
    enum State {
        NOT_EMBEDDED,
        /** It has at least one vector. */
        EMBEDDED,
        /** It gets no vector: its text could not be embedded, and the search goes on without. */
        WITHOUT_VECTORS
    }

    State state();

    static Text text(InputType type, String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("[" + type + "] expects something to embed, got a blank string");
        }
        return new Text(type, text, State.NOT_EMBEDDED, List.of());
    }

    static Vector vector(float[] values) {
        return new Vector(new QueryVector(null, values));
    }

    /** Reads what {@link #writeTo} wrote: an input type, an optional text, and the vectors if there are any. */
    static QuerySource read(StreamInput in) throws IOException {
        InputType type = in.readEnum(InputType.class);
        String text = in.readOptionalString();
        boolean embedded = in.readBoolean();
        List<QueryVector> vectors = embedded ? in.readList(QueryVector::new) : List.of();
        if (text == null) {
            return new Vector(vectors.getFirst());
        }
        Text source = new Text(type, text, State.NOT_EMBEDDED, List.of());
        return embedded ? source.withVectors(vectors) : source;
    }

    /**
     * A text or code.
     *
     * @param type how {@code text} is embedded
     * @param vectors one for each model of the searched fields. A cluster that searches for another one adds those of its
     *     own models
     */
    record Text(InputType type, String text, State state, List<QueryVector> vectors) implements QuerySource {

        public Text {
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(text, "text");
            vectors = List.copyOf(vectors);
        }

        /** This text with {@code embedded} as all its vectors, which may be none. */
        Text withVectors(List<QueryVector> embedded) {
            return new Text(type, text, embedded.isEmpty() ? State.WITHOUT_VECTORS : State.EMBEDDED, embedded);
        }

        /** This text with {@code embedded} besides the vectors it has. */
        Text addVectors(List<QueryVector> embedded) {
            List<QueryVector> all = new ArrayList<>(vectors);
            all.addAll(embedded);
            return withVectors(all);
        }

        Text withoutVectors() {
            return withVectors(List.of());
        }

        /** Whether there is a vector for fields of a model. */
        boolean has(String modelId, int dimensions) {
            return vectors.stream().anyMatch(vector -> vector.fits(modelId, dimensions));
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeEnum(type);
            out.writeOptionalString(text);
            out.writeBoolean(state != State.NOT_EMBEDDED);
            if (state != State.NOT_EMBEDDED) {
                out.writeList(vectors);
            }
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            return builder.field(type.toString(), text);
        }

        /** Leaves the text out, which belongs to the user. */
        @Override
        public String toString() {
            return "Text[" + type + ", " + state + ", " + vectors + "]";
        }
    }

    /**
     * A vector that the caller gave.
     *
     * @param vector without the id of a model
     */
    record Vector(QueryVector vector) implements QuerySource {

        @Override
        public List<QueryVector> vectors() {
            return List.of(vector);
        }

        @Override
        public State state() {
            return State.EMBEDDED;
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeEnum(InputType.TEXT); // 0.1.0 expects a type and an absent text in front of the vectors
            out.writeOptionalString(null);
            out.writeBoolean(true);
            out.writeList(vectors());
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            return builder.field("vector", VectorValue.encode(vector.values()));
        }
    }
}
