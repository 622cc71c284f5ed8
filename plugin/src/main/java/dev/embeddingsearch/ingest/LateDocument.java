/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.ingest.EmbeddingRule.Marking;
import dev.embeddingsearch.mapper.MappedEmbedding;
import dev.embeddingsearch.mapper.PendingMark;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.opensearch.common.xcontent.support.XContentMapValues;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.ingest.IngestDocument;

/**
 * A stored document, to be given the vectors that it is marked to lack. Of a vector that the mapping keeps out of
 * {@code _source} nobody can tell whether it is there, and writing the document again would lose it: it is made anew.
 */
public final class LateDocument {

    private final String index;
    private final IngestDocument document;
    private boolean changed;
    private boolean failedByService;
    private String failure;

    /**
     * @param index name of the index that holds the document
     * @param source the document, which is changed in place
     */
    public LateDocument(String index, Map<String, Object> source) {
        this.index = index;
        this.document = new IngestDocument(source, Map.of());
    }

    String index() {
        return index;
    }

    /** What the document lacks, of the {@code embedding} fields of its index. */
    List<EmbeddingRule> missing(Collection<MappedEmbedding> fields) {
        List<EmbeddingRule> rules = new ArrayList<>();
        for (MappedEmbedding field : fields) {
            if (field.nested()) {
                continue;
            }
            Object value = XContentMapValues.extractValue(field.path(), document.getSourceAndMetadata());
            boolean unseen = field.inSource() == false && field.sourceFields().isEmpty() == false;
            if (unseen || PendingMark.is(value)) {
                rules.add(rule(field, value));
            }
        }
        return rules;
    }

    private static EmbeddingRule rule(MappedEmbedding field, Object value) {
        if (field.sourceFields().isEmpty() == false) {
            return EmbeddingRule.of(field);
        }
        PendingMark.Text text = PendingMark.of(field.path(), (Map<?, ?>) value).text();
        if (text == null) {
            throw new IllegalArgumentException("the mark in field [" + field.path()
                    + "] does not say what to embed: send the document again, through its pipeline");
        }
        EmbeddingRule marked = new EmbeddingRule(
                field.path(), text.sourceFields(), text.model(), null, 0, text.inputType(), true, true, Marking.NONE);
        return marked.into(field, true);
    }

    /** The text to embed for {@code rule}, or null where there is none any more: then the mark goes at once. */
    String textToEmbed(EmbeddingRule rule) {
        String text = DocumentText.of(document.getSourceAndMetadata(), rule.sources());
        if (text.isEmpty() == false) {
            return text;
        }
        if (document.hasField(rule.target())) {
            document.removeField(rule.target());
            changed = true;
        }
        return null;
    }

    void setVector(EmbeddingRule rule, String vector) {
        document.setFieldValue(rule.target(), vector);
        changed = true;
    }

    /**
     * Takes note that a vector still is missing; a reason of the document's own goes before one of the service. A full queue
     * on this node is one of the service: it is too slow for what comes.
     */
    void fail(String model, Exception reason) {
        if (failure == null || failedByService) {
            failedByService = ServiceFailure.is(reason) || reason instanceof OpenSearchRejectedExecutionException;
            failure = ServiceFailure.reason(model, reason);
        }
    }

    /** Whether it is worth writing. */
    public boolean changed() {
        return changed;
    }

    /** The document, with the vectors it got. */
    public Map<String, Object> source() {
        return document.getSourceAndMetadata();
    }

    /** Why a vector still is missing, if one is; no words of a document. */
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** Whether nothing but the service, or the queue before it, kept the document from all its vectors. */
    public boolean failedByService() {
        return failedByService;
    }
}
