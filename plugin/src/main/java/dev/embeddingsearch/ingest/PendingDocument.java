/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.ingest.BulkInProgress.Before;
import dev.embeddingsearch.ingest.EmbeddedVectors.Origin;
import dev.embeddingsearch.ingest.StoredDocuments.Stored;
import dev.embeddingsearch.mapper.DocumentPath;
import dev.embeddingsearch.mapper.DocumentText;
import dev.embeddingsearch.mapper.PendingMark;
import dev.embeddingsearch.mapper.VectorOrigin;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.opensearch.ExceptionsHelper;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.action.DocWriteRequest.OpType;
import org.opensearch.action.get.MultiGetRequest;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.engine.DocumentMissingException;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;

/** A document of a batch, and which of its texts must be embedded, given the document that is stored under its id. */
final class PendingDocument {

    /** A placeholder for the vector of an earlier document of the batch. */
    private static final Object UNKNOWN = new Object();

    private final IngestDocumentWrapper wrapper;
    private final Request request;
    private final Set<String> retried = new HashSet<>();
    private final Map<String, Map<String, Object>> merged = new HashMap<>();
    private Exception failure;
    private int keptVectors;

    /**
     * The request of a document.
     *
     * @param update the update whose partial document this is; null for a whole document
     * @param before what the update will find when it is applied
     * @param creates whether the request fails if the document exists
     * @param vectors collects the vectors with their origins
     */
    record Request(UpdateRequest update, Before before, boolean creates, EmbeddedVectors vectors) {}

    PendingDocument(IngestDocumentWrapper wrapper, Request request) {
        this.wrapper = wrapper;
        this.request = request;
    }

    private UpdateRequest update() {
        return request.update();
    }

    private Map<String, Object> source() {
        return wrapper.getIngestDocument().getSourceAndMetadata();
    }

    private String metadata(IngestDocument.Metadata name) {
        Object value = source().get(name.getFieldName());
        return value == null ? null : value.toString();
    }

    /** The index and id of the document; null if it has no index. */
    WriteAccess.Place place() {
        if (update() != null) {
            return new WriteAccess.Place(update().index(), update().id(), update().routing(), OpType.UPDATE);
        }
        String index = metadata(IngestDocument.Metadata.INDEX);
        return index == null
                ? null
                : new WriteAccess.Place(
                        index,
                        metadata(IngestDocument.Metadata.ID),
                        metadata(IngestDocument.Metadata.ROUTING),
                        request.creates() ? OpType.CREATE : OpType.INDEX);
    }

    /** The stored document to fetch; null if there can be none, or it is not needed. */
    MultiGetRequest.Item stored(List<EmbeddingRule> rules) {
        WriteAccess.Place place = place();
        boolean matters = update() == null || rules.stream().anyMatch(rule -> concerns(rule) || rule.marks());
        return failed() || !matters || place == null || place.id() == null
                ? null
                : new MultiGetRequest.Item(place.index(), place.id()).routing(place.routing());
    }

    /**
     * Whether the document may change what {@code rule} reads or writes. A whole document always may. So may a partial one whose
     * stored document is read without its vector, which the update would remove.
     */
    private boolean concerns(EmbeddingRule rule) {
        return update() == null || !rule.inSource() || touches(rule) || mayReplace(rule);
    }

    private boolean touches(EmbeddingRule rule) {
        return DocumentText.touches(source(), rule.sources()) || new DocumentPath(rule.target()).touches(source());
    }

    private boolean mayReplace(EmbeddingRule rule) {
        return new DocumentPath(rule.target()).mayReplace(source())
                || rule.sources().stream().anyMatch(path -> new DocumentPath(path).mayReplace(source()));
    }

    /** Whether an object of a partial document that lacks the field replaces a stored value that has it. */
    private boolean replaces(EmbeddingRule rule, Stored stored) {
        if (stored.source() == null) {
            return false;
        }
        Map<String, Object> whole = merged(stored);
        DocumentPath target = new DocumentPath(rule.target());
        return !target.values(whole).equals(target.values(stored.source()))
                || !DocumentText.of(whole, rule.sources()).equals(DocumentText.of(stored.source(), rule.sources()));
    }

    /** Whether a partial document that does not change the text can add the vector that the stored document lacks. */
    private boolean completes(EmbeddingRule rule, Stored stored) {
        return stored.source() != null && PendingMark.is(new DocumentPath(rule.target()).value(stored.source()));
    }

    private String textToRetry(EmbeddingRule rule, Stored stored) {
        retried.add(rule.target());
        String text = text(rule, stored);
        return text.isEmpty() ? null : text;
    }

    private String text(EmbeddingRule rule, Stored stored) {
        Map<String, Object> whole = merged(stored);
        merged.put(rule.target(), whole);
        return DocumentText.of(rule.readable(whole, wrapper.getIngestDocument()), rule.sources());
    }

    /**
     * The text to embed for {@code rule}, or null if there is none. The vector is then unchanged, copied from the stored
     * document, or removed because there is no text left.
     *
     * @throws IllegalArgumentException if the document's text cannot be read
     */
    String textToEmbed(EmbeddingRule rule, Stored stored) {
        if (failed()) {
            return null;
        }
        boolean concerned = update() == null || !rule.inSource() || touches(rule) || replaces(rule, stored);
        if (!concerned) {
            return completes(rule, stored) ? textToRetry(rule, stored) : null;
        }
        if (update() != null) {
            request.vectors().addUpdate(update().id(), rule.target());
        }
        if (updatesNothing(stored)) {
            throw new DocumentMissingException(
                    new ShardId(index(), IndexMetadata.INDEX_UUID_NA_VALUE, 0), update().id());
        }
        if (update() != null && stored.failure() != null) {
            throw new OpenSearchStatusException(
                    "cannot read the stored document to embed field [{}] anew",
                    ExceptionsHelper.status(stored.failure()),
                    stored.failure(),
                    rule.target());
        }
        if (request.creates() && stored.source() != null) {
            throw new OpenSearchStatusException(
                    "version conflict, document [{}] already exists", RestStatus.CONFLICT, place().id());
        }
        String text = text(rule, stored);
        if (text.isEmpty()) {
            removeVector(rule);
            return null;
        }
        Object vector = storedVector(rule, stored, text);
        if (vector != null) {
            setVector(rule, text, rule.model().id(), vector);
            keptVectors++;
            return null;
        }
        return text;
    }

    /**
     * The document that is stored once this one is applied, for later documents of the batch with the same id. It has a
     * placeholder for the vector, which is not known yet.
     */
    Stored applied(EmbeddingRule rule, Stored stored) {
        if (failed() || updatesNothing(stored) || (stored.failure() != null && update() != null)) {
            return stored;
        }
        UpdateRequest inserting = update();
        boolean inserted = inserting != null && !inserting.docAsUpsert() && stored.equals(Stored.NONE);
        Map<String, Object> whole =
                DocumentPath.copy(inserted ? inserting.upsertRequest().sourceAsMap() : merged(stored));
        DocumentPath target = new DocumentPath(rule.target());
        if (DocumentText.of(whole, rule.sources()).isEmpty()) {
            target.remove(whole);
        } else {
            target.set(whole, UNKNOWN);
        }
        return new Stored(whole, null);
    }

    /**
     * The document that is stored under the id when this one is applied.
     *
     * @param bulk the request of the document
     * @param first the document that is stored before the request
     * @param current {@code first}, changed by the documents before this one in the batch
     */
    Stored found(BulkInProgress bulk, Stored first, Stored current) {
        return switch (request.before()) {
            case IN_SIGHT -> current;
            case DELETED -> Stored.NONE;
            case OUT_OF_SIGHT -> bulk.replay(update(), first);
        };
    }

    /**
     * Whether this is the partial document of an update without a stored document. If the update has an upsert document, the
     * partial document is still embedded, by itself; the shard detects a document that is stored meanwhile.
     */
    private boolean updatesNothing(Stored stored) {
        return update() != null
                && !update().docAsUpsert()
                && update().upsertRequest() == null
                && stored.equals(Stored.NONE);
    }

    private Map<String, Object> merged(Stored stored) {
        if (update() == null || stored.source() == null) {
            return source();
        }
        Map<String, Object> whole = DocumentPath.copy(stored.source());
        XContentHelper.update(whole, source(), false);
        return whole;
    }

    /**
     * The vector that the stored document has for the same text; null if there is none, or if no mapping fixes the model of the
     * target, since the vector may then be another model's.
     */
    private static Object storedVector(EmbeddingRule rule, Stored stored, String text) {
        if (stored.source() == null || rule.model().id() == null || rule.isInside()) {
            return null;
        }
        Object vector = new DocumentPath(rule.target()).value(stored.source());
        boolean present = vector != null && !PendingMark.is(vector) && !vector.equals(UNKNOWN);
        return present && text.equals(DocumentText.of(stored.source(), rule.sources())) ? vector : null;
    }

    private void removeVector(EmbeddingRule rule) {
        if (!rule.ignoreMissing()) {
            throw new IllegalArgumentException(
                    "expected text to embed into [" + rule.target() + "], got none in " + rule.sources());
        }
        DocumentPath target = new DocumentPath(rule.target());
        if (update() == null) {
            target.remove(rule.writable(source(), wrapper.getIngestDocument()));
        } else if (target.isIn(merged.get(rule.target()))) {
            target.set(source(), merged.get(rule.target()), null);
        }
    }

    /** Writes a new vector into the document. */
    void setVector(EmbeddingRule rule, String text, String modelId, Object vector) {
        request.vectors().add(new Origin(modelId, rule.model().inputType(), VectorOrigin.ofText(text)), vector);
        if (rule.model().id() != null) {
            request.vectors().addTarget(rule.target());
        }
        setValue(rule, vector);
    }

    private void setValue(EmbeddingRule rule, Object value) {
        DocumentPath target = new DocumentPath(rule.target());
        Map<String, Object> whole = merged.get(rule.target());
        if (update() == null || whole == null) {
            target.set(rule.writable(source(), wrapper.getIngestDocument()), value);
        } else {
            target.set(source(), whole, value);
        }
    }

    /** The name of the index, alias or data stream in the request. */
    String index() {
        return update() == null ? String.valueOf(metadata(IngestDocument.Metadata.INDEX)) : update().index();
    }

    /** How many vectors were copied from the stored document. */
    int keptVectors() {
        return keptVectors;
    }

    /** Whether ingest has refused the document. */
    boolean refused() {
        return failure != null;
    }

    private boolean failed() {
        return failure != null || wrapper.getException() != null;
    }

    /** Refuses the document, unless it is refused already. */
    void refuse(Exception reason) {
        if (!failed()) {
            failure = reason;
        }
    }

    /**
     * Handles a vector that could not be made. A document that does not change the text passes as it is. Otherwise it gets a
     * mark in place of the vector, or of the vector of an older text, if the rule has marks and the service has failed. In all
     * other cases it is refused with the first reason.
     */
    void setFailure(EmbeddingRule rule, Exception reason) {
        if (failed() || retried.contains(rule.target())) {
            return;
        }
        if (rule.marks() && ServiceFailure.is(reason)) {
            setValue(
                    rule,
                    rule.mark(ServiceFailure.reason(rule.model().name(), reason))
                            .value());
        } else {
            failure = reason;
        }
    }

    /**
     * A wrapper with the document and its failure. The original wrapper has no failure, since pipelines that ignore failures
     * continue with it.
     */
    IngestDocumentWrapper result() {
        if (failure == null) {
            return wrapper;
        }
        if (update() != null) {
            PartialUpdates.makeReportable(update());
        }
        return new IngestDocumentWrapper(
                wrapper.getSlot(), wrapper.getChildSlot(), wrapper.getIngestDocument(), failure);
    }
}
