/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.ingest.EmbeddedVectors.Origin;
import dev.embeddingsearch.mapper.DocumentPath;
import dev.embeddingsearch.mapper.DocumentText;
import dev.embeddingsearch.mapper.MappedEmbedding;
import dev.embeddingsearch.mapper.OnFailure;
import dev.embeddingsearch.mapper.PendingMark;
import dev.embeddingsearch.mapper.VectorOrigin;
import java.util.Map;
import java.util.Set;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.core.rest.RestStatus;

/**
 * Checks a document before it is written, against the current mapping of its index, which may differ from the one in ingest.
 * Text for a field with {@code source_fields} must have its vector or a mark. A vector that ingest has made must be of the
 * field's model and of that text.
 */
final class WriteCheck {

    private static final String PASSED_BY = "did not pass ingest";

    private final String index;
    private final Map<String, MappedEmbedding> fields;
    private final EmbeddedVectors vectors;
    private final boolean trusting;

    /**
     * A check for an index.
     *
     * @param fields its {@code embedding} fields in the current mapping, by path
     * @param vectors the vectors that ingest has made
     * @param trusting whether a vector of unknown origin is accepted as one of its text
     */
    WriteCheck(String index, Map<String, MappedEmbedding> fields, EmbeddedVectors vectors, boolean trusting) {
        this.index = index;
        this.fields = fields;
        this.vectors = vectors;
        this.trusting = trusting;
    }

    /**
     * Checks a document. Adds marks where text has no vector and the field's {@code on_failure} allows that.
     *
     * @param update the id of the update of a partial document; null for a whole document
     * @return the origins of its vectors
     * @throws RuntimeException the reason why it must not be written
     */
    Provenance check(IndexRequest request, String update) {
        Map<String, Object> document;
        try {
            document = request.sourceAsMap();
        } catch (RuntimeException e) {
            document = Map.of(); // not a document: the shard refuses it with its own message
        }
        Provenance.Builder provenance = new Provenance.Builder();
        boolean marked = false;
        for (MappedEmbedding field : fields.values()) {
            if (field.sourceFields().isEmpty() || field.nested()) {
                requireModel(field, document);
            } else if (update == null) {
                marked |= checkWhole(field, document, provenance);
            } else {
                marked |= checkPartial(field, document, update, provenance);
            }
        }
        requireFields(document);
        if (marked) {
            request.source(document, request.getContentType());
        }
        return provenance.build(Provenance.mapping(fields.values()));
    }

    private boolean checkWhole(MappedEmbedding field, Map<String, Object> document, Provenance.Builder provenance) {
        String text = DocumentText.of(document, field.sourceFields());
        if (text.isEmpty()) {
            return false;
        }
        Object value = new DocumentPath(field.path()).value(document);
        if (value == null) {
            return mark(field, document);
        }
        if (!PendingMark.is(value)) {
            Set<Origin> origins = known(field, value);
            Origin expected = new Origin(field.model().id(), field.model().inputType(), VectorOrigin.ofText(text));
            if (!origins.isEmpty() && !origins.contains(expected)) {
                throw changed(field.path());
            }
            if (!origins.isEmpty()) {
                provenance.add(field.path(), expected, VectorOrigin.ofVector(value));
            }
        }
        return false;
    }

    private boolean checkPartial(
            MappedEmbedding field, Map<String, Object> document, String update, Provenance.Builder provenance) {
        DocumentPath path = new DocumentPath(field.path());
        Object value = path.value(document);
        if (value == null) {
            if (!DocumentText.touches(document, field.sourceFields()) && !path.touches(document)) {
                return false;
            }
            if (!vectors.hasUpdate(update, field.path())) {
                return mark(field, document);
            }
            provenance.addNone(field.path());
            return false;
        }
        if (!PendingMark.is(value)) {
            Set<Origin> origins = known(field, value);
            long vector = origins.isEmpty() ? 0 : VectorOrigin.ofVector(value);
            boolean ofModel = origins.isEmpty();
            for (Origin origin : origins) {
                if (origin.modelId().equals(field.model().id())
                        && origin.inputType() == field.model().inputType()) {
                    ofModel = true;
                    provenance.add(field.path(), origin, vector);
                }
            }
            if (!ofModel) {
                throw changed(field.path());
            }
        }
        return false;
    }

    private Set<Origin> known(MappedEmbedding field, Object vector) {
        Set<Origin> origins = vectors.of(vector);
        if (origins.isEmpty() && !trusting) {
            throw new IllegalArgumentException("the vector of field [" + field.path() + "] " + PASSED_BY
                    + ", which makes the vectors of its text in " + field.sourceFields() + ": "
                    + "name the index, an alias or a data stream, without date math");
        }
        return origins;
    }

    /** Vectors of the user are accepted; those of ingest must be made by the field's model. */
    private void requireModel(MappedEmbedding field, Map<String, Object> document) {
        for (Object value : new DocumentPath(field.path()).values(document)) {
            Set<Origin> origins = vectors.of(value);
            if (!origins.isEmpty()
                    && origins.stream()
                            .noneMatch(origin ->
                                    origin.modelId().equals(field.model().id()))) {
                throw changed(field.path());
            }
        }
    }

    /** Refuses a vector for a field that was removed, since it would be mapped as text. */
    private void requireFields(Map<String, Object> document) {
        for (String target : vectors.targets()) {
            if (!fields.containsKey(target)
                    && new DocumentPath(target)
                            .values(document).stream()
                                    .anyMatch(value -> !vectors.of(value).isEmpty())) {
                throw changed(target);
            }
        }
    }

    private OpenSearchStatusException changed(String field) {
        return new OpenSearchStatusException(
                "the vector of field [{}] was made for another mapping or another text than index [{}] has now: "
                        + "send the document again",
                RestStatus.CONFLICT,
                field,
                index);
    }

    private static boolean mark(MappedEmbedding field, Map<String, Object> document) {
        if (field.onFailure() != OnFailure.INDEX_WITHOUT_VECTOR) {
            throw new IllegalArgumentException("the text of " + field.sourceFields() + " for field [" + field.path()
                    + "] " + PASSED_BY + " and has no vector: name the index, an alias or a data stream, without date"
                    + " math, and send it to a node that has this plugin");
        }
        new DocumentPath(field.path()).set(document, new PendingMark(PASSED_BY, null).value());
        return true;
    }
}
