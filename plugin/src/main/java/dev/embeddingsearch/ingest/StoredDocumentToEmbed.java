/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.ingest.EmbeddedVectors.Origin;
import dev.embeddingsearch.ingest.EmbeddingRule.Marking;
import dev.embeddingsearch.mapper.DocumentPath;
import dev.embeddingsearch.mapper.DocumentText;
import dev.embeddingsearch.mapper.FieldModel;
import dev.embeddingsearch.mapper.MappedEmbedding;
import dev.embeddingsearch.mapper.PendingMark;
import dev.embeddingsearch.mapper.VectorOrigin;
import dev.embeddingsearch.mapper.VectorValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;

/**
 * A stored document whose marked vectors are to be made. A vector that the mapping keeps out of {@code _source} is made
 * again in any case: it cannot be seen whether it exists, and writing the document would remove it.
 */
public final class StoredDocumentToEmbed {

    /** The cosine above which two vectors of one model are taken for vectors of the same text. */
    private static final float SAME_TEXT = 0.999f;

    private final String index;
    private final Map<String, Object> document;
    private final EmbeddedVectors vectors = new EmbeddedVectors();
    private final boolean all;
    private boolean changed;
    private boolean failedByService;
    private String failure;

    /**
     * @param index the name of the index
     * @param source the document, which is changed in place
     * @param all whether existing vectors are made again, to verify that they are vectors of the text
     */
    public StoredDocumentToEmbed(String index, Map<String, Object> source, boolean all) {
        this.index = index;
        this.all = all;
        this.document = source;
    }

    String index() {
        return index;
    }

    /** The rules of the {@code embedding} fields that the document lacks. */
    List<EmbeddingRule> missing(Collection<MappedEmbedding> fields) {
        List<EmbeddingRule> rules = new ArrayList<>();
        for (MappedEmbedding field : fields) {
            if (field.nested()) {
                continue;
            }
            Object value = new DocumentPath(field.path()).value(document);
            boolean unseen = (all || !field.inSource()) && !field.sourceFields().isEmpty();
            if (unseen || PendingMark.is(value)) {
                rules.add(rule(field, value));
            }
        }
        return rules;
    }

    private static EmbeddingRule rule(MappedEmbedding field, Object value) {
        if (!field.sourceFields().isEmpty()) {
            return EmbeddingRule.of(field);
        }
        PendingMark.Text text = PendingMark.of(field.path(), (Map<?, ?>) value).text();
        if (text == null) {
            throw new IllegalArgumentException("the mark in field [" + field.path()
                    + "] does not say what to embed: send the document again, through its pipeline");
        }
        EmbeddingRule marked = new EmbeddingRule(
                field.path(),
                text.sourceFields(),
                new FieldModel(text.model(), null, 0, text.inputType()),
                true,
                true,
                Marking.NONE);
        return marked.into(field, true);
    }

    /** The text to embed for {@code rule}; null if there is none left, in which case the mark is removed. */
    String textToEmbed(EmbeddingRule rule) {
        String text = DocumentText.of(document, rule.sources());
        if (!text.isEmpty()) {
            return text;
        }
        changed |= new DocumentPath(rule.target()).remove(document);
        return null;
    }

    /** Writes a new vector of {@code text} in place of the mark. */
    void setVector(EmbeddingRule rule, String text, String modelId, String vector) {
        DocumentPath target = new DocumentPath(rule.target());
        boolean near = isNear(vector, target.value(document));
        Object kept = near ? target.value(document) : vector;
        vectors.add(new Origin(modelId, rule.model().inputType(), VectorOrigin.ofText(text)), kept);
        if (!near) {
            target.set(document, vector);
            changed = true;
        }
    }

    /** Whether two vectors are nearly equal: services do not return the same bits each time. */
    private static boolean isNear(String made, Object stored) {
        if (stored == null || PendingMark.is(stored)) {
            return false;
        }
        try {
            float[] one = VectorValue.of("", made);
            float[] other = VectorValue.of("", stored);
            return one.length == other.length && VectorUtil.cosine(one, other) > SAME_TEXT;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Records that a vector is still missing. A failure of the document takes precedence over one of the service. A full queue
     * on this node counts as a failure of the service.
     */
    void fail(String model, Exception reason) {
        if (failure == null || failedByService) {
            failedByService = ServiceFailure.is(reason) || reason instanceof OpenSearchRejectedExecutionException;
            failure = ServiceFailure.reason(model, reason);
        }
    }

    /** Whether the document has changed, so that it must be written. */
    public boolean changed() {
        return changed;
    }

    /** The document with its new vectors. */
    public Map<String, Object> source() {
        return document;
    }

    /** The new vectors with their origins. */
    EmbeddedVectors vectors() {
        return vectors;
    }

    /** The reason why a vector is still missing, if one is; without text of the document. */
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** Whether all missing vectors are missing because of the service, or of the queue. */
    public boolean failedByService() {
        return failedByService;
    }
}
