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
 * Which texts of a document become which vector.
 *
 * @param target path that the vector is written to
 * @param sources paths whose texts are joined, in this order
 * @param model makes the vectors; where the target is not mapped, its id is null and its dimensions are 0
 * @param inSource whether the target is kept in the stored {@code _source}
 * @param ignoreMissing whether a document without any such text passes without a vector, rather than failing
 * @param marking whether a document passes, marked, when the service fails
 */
record EmbeddingRule(
        String target,
        List<String> sources,
        FieldModel model,
        boolean inSource,
        boolean ignoreMissing,
        Marking marking) {

    private static final String INGEST = IngestDocument.INGEST_KEY + ".";

    /** What a document whose vector cannot be had now gets in its place. */
    enum Marking {
        /** Nothing: it is refused. */
        NONE,
        /** A mark with the reason; what is to be embedded is in the mapping. */
        REASON,
        /** A mark with the reason and with what is to be embedded, which nobody else remembers. */
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
     * This rule where its target is mapped as {@code field}: with that field's model id and dimensions, and with marks if
     * either wants them and somebody finds them again.
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

    /** Whether a path of this rule leads to what a pipeline keeps beside the document, such as an element of a loop. */
    boolean isInside() {
        return target.startsWith(INGEST) || sources.stream().anyMatch(path -> path.startsWith(INGEST));
    }

    /** {@code document} with what a pipeline keeps beside it, where this rule reads that. */
    Map<String, Object> readable(Map<String, Object> document, IngestDocument ingest) {
        return isInside() ? beside(document, ingest) : document;
    }

    /** {@code document}, or what a pipeline keeps beside it, where this rule writes into that. */
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
     * Checks that the model still is the one whose vectors the target holds.
     *
     * @param models the configured models
     * @return the id that the model has now
     * @throws IllegalArgumentException if it is not, or is not configured
     */
    String requireModel(Models models) {
        return model.requireUnchanged(target, models).id();
    }
}
