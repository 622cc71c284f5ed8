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
 * A stored document, to be given the vectors that it is marked to lack. Of a vector that the mapping keeps out of
 * {@code _source} nobody can tell whether it is there, and writing the document again would lose it: it is made anew.
 */
public final class StoredDocumentToEmbed {

    /** Cosine above which two vectors of one model are those of one text. */
    private static final float SAME_TEXT = 0.999f;

    private final String index;
    private final Map<String, Object> document;
    private final EmbeddedVectors vectors = new EmbeddedVectors();
    private final boolean all;
    private boolean changed;
    private boolean failedByService;
    private String failure;

    /**
     * @param index name of the index that holds the document
     * @param source the document, which is changed in place
     * @param all whether vectors that are there are made again, to see whether they are those of the text
     */
    public StoredDocumentToEmbed(String index, Map<String, Object> source, boolean all) {
        this.index = index;
        this.all = all;
        this.document = source;
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

    /** The text to embed for {@code rule}, or null where there is none any more: then the mark goes at once. */
    String textToEmbed(EmbeddingRule rule) {
        String text = DocumentText.of(document, rule.sources());
        if (!text.isEmpty()) {
            return text;
        }
        changed |= new DocumentPath(rule.target()).remove(document);
        return null;
    }

    /** Puts a vector, just made of {@code text} by the model of {@code modelId}, in the place of its mark. */
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

    /** Services do not make the same vector of the same text to the last bit. */
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
        return document;
    }

    /** What the vectors it got were made of. */
    EmbeddedVectors vectors() {
        return vectors;
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
