/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.ingest.StoredDocuments.Stored;
import dev.embeddingsearch.mapper.PendingMark;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.opensearch.action.get.MultiGetRequest;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.support.XContentMapValues;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;

/** A document of a batch: what of it must be embedded, given what is stored under its id. */
final class PendingDocument {

    private final IngestDocumentWrapper wrapper;
    private final UpdateRequest update;
    private final boolean blind;
    private final Set<String> retried = new HashSet<>();
    private Exception failure;
    private int keptVectors;

    /**
     * @param update the update whose partial document this is, or null for a whole document
     * @param blind whether something out of sight changes the document before the update does
     */
    PendingDocument(IngestDocumentWrapper wrapper, UpdateRequest update, boolean blind) {
        this.wrapper = wrapper;
        this.update = update;
        this.blind = blind;
    }

    private Map<String, Object> source() {
        return wrapper.getIngestDocument().getSourceAndMetadata();
    }

    /** Names the document that may be stored already, or null where there cannot be one, or it does not matter. */
    MultiGetRequest.Item stored(List<EmbeddingRule> rules) {
        if (update != null) {
            return rules.stream().anyMatch(rule -> concerns(rule) || rule.marks())
                    ? new MultiGetRequest.Item(update.index(), update.id()).routing(update.routing())
                    : null;
        }
        Object id = source().get(IngestDocument.Metadata.ID.getFieldName());
        Object index = source().get(IngestDocument.Metadata.INDEX.getFieldName());
        Object routing = source().get(IngestDocument.Metadata.ROUTING.getFieldName());
        return id == null || index == null
                ? null
                : new MultiGetRequest.Item(index.toString(), id.toString())
                        .routing(routing == null ? null : routing.toString());
    }

    /**
     * Whether the document changes what {@code rule} reads or writes. A whole document always may; so may a partial one
     * whose stored document comes without its vector, which the update would lose.
     */
    private boolean concerns(EmbeddingRule rule) {
        return update == null
                || rule.inSource() == false
                || DocumentText.touches(source(), rule.sources())
                || DocumentText.touches(source(), List.of(rule.target()));
    }

    /** Whether a partial document that leaves the text alone still can bring the vector that the stored one waits for. */
    private boolean completes(EmbeddingRule rule, Stored stored) {
        return blind == false
                && stored.source() != null
                && PendingMark.is(XContentMapValues.extractValue(rule.target(), stored.source()));
    }

    private String textToRetry(EmbeddingRule rule, Stored stored) {
        retried.add(rule.target());
        String text = DocumentText.of(merged(stored), rule.sources());
        return text.isEmpty() ? null : text;
    }

    /**
     * The text to embed for {@code rule}, or null if nothing must be: the vector then is left, taken over from the stored
     * document, or removed with the last text.
     *
     * @throws IllegalArgumentException if the document's text cannot be read
     */
    String textToEmbed(EmbeddingRule rule, Stored stored) {
        if (failed()) {
            return null;
        }
        if (concerns(rule) == false) {
            return completes(rule, stored) ? textToRetry(rule, stored) : null;
        }
        if (blind) {
            throw new IllegalArgumentException("cannot embed field [" + rule.target() + "] of document ["
                    + update.id() + "]: the same bulk request changes the document before, outside this update's "
                    + "pipelines; send the update in a request of its own");
        }
        if (updatesNothing(stored)) {
            return null;
        }
        if (update != null && stored.failure() != null) {
            throw new IllegalStateException(
                    "cannot read the stored document to embed field [" + rule.target() + "] anew", stored.failure());
        }
        String text = DocumentText.of(merged(stored), rule.sources());
        if (text.isEmpty()) {
            removeVector(rule);
            return null;
        }
        Object vector = storedVector(rule, stored, text);
        if (vector != null) {
            setVector(rule, vector);
            keptVectors++;
            return null;
        }
        return text;
    }

    /**
     * What is stored once this document is applied, for those of the same id behind it in the batch. It comes without the
     * vector, which is not known yet.
     */
    Stored applied(EmbeddingRule rule, Stored stored) {
        if (failed() || updatesNothing(stored) || (stored.failure() != null && update != null)) {
            return stored;
        }
        return new Stored(XContentMapValues.filter(merged(stored), new String[0], new String[] {rule.target()}), null);
    }

    /** Whether this is the part of an update that has no document to be applied to. */
    private boolean updatesNothing(Stored stored) {
        return update != null && update.docAsUpsert() == false && stored.equals(Stored.NONE);
    }

    private Map<String, Object> merged(Stored stored) {
        if (update == null || stored.source() == null) {
            return source();
        }
        Map<String, Object> whole = XContentMapValues.filter(stored.source(), new String[0], new String[0]);
        XContentHelper.update(whole, source(), false);
        return whole;
    }

    /**
     * The vector that the stored document has for the very same text, or null. Where no mapping fixes the model of the
     * target, there is none: the vector may be another model's.
     */
    private static Object storedVector(EmbeddingRule rule, Stored stored, String text) {
        if (stored.source() == null || rule.modelId() == null) {
            return null;
        }
        Object vector = XContentMapValues.extractValue(rule.target(), stored.source());
        boolean present = vector != null && PendingMark.is(vector) == false;
        return present && text.equals(DocumentText.of(stored.source(), rule.sources())) ? vector : null;
    }

    private void removeVector(EmbeddingRule rule) {
        if (rule.ignoreMissing() == false) {
            throw new IllegalArgumentException(
                    "expected text to embed into [" + rule.target() + "], got none in " + rule.sources());
        }
        dropVector(rule);
    }

    private void dropVector(EmbeddingRule rule) {
        if (update != null) {
            setVector(rule, null);
        } else if (wrapper.getIngestDocument().hasField(rule.target())) {
            wrapper.getIngestDocument().removeField(rule.target());
        }
    }

    void setVector(EmbeddingRule rule, Object vector) {
        wrapper.getIngestDocument().setFieldValue(rule.target(), vector);
    }

    /** Name of the index, alias or data stream that the document goes into. */
    String index() {
        return update == null
                ? String.valueOf(source().get(IngestDocument.Metadata.INDEX.getFieldName()))
                : update.index();
    }

    /** How many vectors were taken over from the stored document. */
    int keptVectors() {
        return keptVectors;
    }

    /** Whether the document stays out of the index for a reason found here. */
    boolean refused() {
        return failure != null;
    }

    private boolean failed() {
        return failure != null || wrapper.getException() != null;
    }

    /**
     * Takes note that there is no vector. A document that leaves the text alone passes as it is; another one is let in
     * with a mark in the vector's place, also that of an older text, where the rule says so and the service is to blame;
     * the rest is kept out of the index with the first reason.
     */
    void setFailure(EmbeddingRule rule, Exception reason) {
        if (failed() || retried.contains(rule.target())) {
            return;
        }
        if (rule.marks() && ServiceFailure.is(reason)) {
            setVector(
                    rule, rule.mark(ServiceFailure.reason(rule.model(), reason)).value());
        } else {
            failure = reason;
        }
    }

    /**
     * The document with its failure. The wrapper that came in stays without one: a pipeline that ignores failures goes on
     * with that.
     */
    IngestDocumentWrapper result() {
        if (failure == null) {
            return wrapper;
        }
        if (update != null) {
            PartialUpdates.makeReportable(update);
        }
        return new IngestDocumentWrapper(
                wrapper.getSlot(), wrapper.getChildSlot(), wrapper.getIngestDocument(), failure);
    }
}
