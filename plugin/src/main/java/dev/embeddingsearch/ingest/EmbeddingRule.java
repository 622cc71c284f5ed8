/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.mapper.FieldModel;
import dev.embeddingsearch.mapper.MappedEmbedding;
import dev.embeddingsearch.mapper.OnFailure;
import dev.embeddingsearch.mapper.PendingMark;
import dev.embeddingsearch.model.Models;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.opensearch.ingest.IngestDocument;

/**
 * Which texts of a document are embedded, by which model, and where the vector is written.
 *
 * @param target the path that the vector is written to
 * @param sources the paths of the texts, which are joined in this order
 * @param model makes the vectors; if the target is not mapped, its id is null and its dimensions are 0
 * @param inSource whether the target is kept in the stored {@code _source}
 * @param ignoreMissing whether a document without any of the texts passes without a vector; otherwise it fails
 * @param marking whether a document passes with a mark when the service fails
 */
record EmbeddingRule(
        String target,
        List<String> sources,
        FieldModel model,
        boolean inSource,
        boolean ignoreMissing,
        Marking marking) {

    private static final String INGEST = IngestDocument.INGEST_KEY + ".";

    /** What a document has in place of a vector that the service fails to make. */
    enum Marking {
        /** Nothing; the document is refused. */
        NONE,
        /** A mark with the reason. The mapping says what is to be embedded later. */
        REASON,
        /** A mark with the reason, and with what is to be embedded later, which is stored nowhere else. */
        REASON_AND_TEXT
    }

    static EmbeddingRule of(MappedEmbedding field) {
        return new EmbeddingRule(
                field.path(),
                field.sourceFields(),
                field.model(),
                field.inSource(),
                true,
                field.onFailure() == OnFailure.INDEX_WITHOUT_VECTOR ? Marking.REASON : Marking.NONE);
    }

    /**
     * This rule for a target that is mapped as {@code field}: with the model id and dimensions of the field, and with marks if
     * the rule or the field asks for them and a backfill can find them.
     */
    EmbeddingRule into(MappedEmbedding field, boolean markFailures) {
        boolean wanted = markFailures || field.onFailure() == OnFailure.INDEX_WITHOUT_VECTOR;
        boolean found = !field.nested() && field.inSource() && !isInside();
        return new EmbeddingRule(
                target,
                sources,
                new FieldModel(model.name(), field.model().id(), field.model().dimensions(), model.inputType()),
                field.inSource(),
                ignoreMissing,
                wanted && found ? Marking.REASON_AND_TEXT : Marking.NONE);
    }

    /** Whether a path of this rule is in the ingest metadata, such as the current element of {@code foreach}. */
    boolean isInside() {
        return target.startsWith(INGEST) || sources.stream().anyMatch(path -> path.startsWith(INGEST));
    }

    /** {@code document}, with the ingest metadata if this rule reads it. */
    Map<String, Object> readable(Map<String, Object> document, IngestDocument ingest) {
        return isInside() ? beside(document, ingest) : document;
    }

    /** {@code document}, or the ingest metadata if this rule writes to it. */
    Map<String, Object> writable(Map<String, Object> document, IngestDocument ingest) {
        return target.startsWith(INGEST) ? beside(document, ingest) : document;
    }

    private static Map<String, Object> beside(Map<String, Object> document, IngestDocument ingest) {
        Map<String, Object> view = new HashMap<>(document);
        view.put(IngestDocument.INGEST_KEY, ingest.getIngestMetadata());
        return view;
    }

    boolean marks() {
        return marking != Marking.NONE;
    }

    PendingMark mark(String reason) {
        return new PendingMark(
                reason,
                marking == Marking.REASON_AND_TEXT
                        ? new PendingMark.Text(sources, model.name(), model.inputType())
                        : null);
    }

    /**
     * Checks that the model is still the one that made the vectors of the target.
     *
     * @param models the configured models
     * @return the id that the model has now
     * @throws IllegalArgumentException if it is not, or is not configured
     */
    String requireModel(Models models) {
        return model.requireUnchanged(target, models).id();
    }
}
