/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.ingest.StoredDocuments.DocumentKey;
import dev.embeddingsearch.ingest.StoredDocuments.Stored;
import dev.embeddingsearch.mapper.DocumentPath;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.delete.DeleteRequest;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;

/**
 * A bulk request whose documents pass through ingest.
 *
 * @param requests its requests, in their order
 * @param timeout how long it waits for a shard
 * @param vectors the vectors that ingest has made for it
 * @param writeIndex returns the index that an alias or data stream writes to, since requests may name a document by any of
 *     these
 * @param abandon answers the request where ingest cannot continue: documents for these indices fail with this reason
 */
record BulkInProgress(
        List<DocWriteRequest<?>> requests,
        TimeValue timeout,
        EmbeddedVectors vectors,
        UnaryOperator<String> writeIndex,
        BiConsumer<Set<String>, Exception> abandon) {

    /** What an update will find under its id when it is applied. */
    enum Before {
        /** The stored document, changed by the documents before it in its batch. */
        IN_SIGHT,
        /** Nothing, since the request deletes the document first. */
        DELETED,
        /** A document that requests outside of the batch change first. */
        OUT_OF_SIGHT
    }

    /** The key of a document, whichever name of its index the request uses. */
    DocumentKey key(String index, String id) {
        return new DocumentKey(writeIndex.apply(index), id);
    }

    /**
     * Whether no other document of the request has the index of {@code document}. OpenSearch then runs its pipeline outside of
     * batches, where a handler may be called again.
     */
    boolean isAlone(IngestDocument document) {
        long same = parts(index(document));
        return same == 1 || (same == 0 && parts(null) == 1); // none if the pipeline has changed the document's index
    }

    private static String index(IngestDocument document) {
        return String.valueOf(document.getSourceAndMetadata().get(IngestDocument.Metadata.INDEX.getFieldName()));
    }

    /** The index that the request names for the document in {@code wrapper}, which its pipeline may have changed. */
    private String requestedIndex(IngestDocumentWrapper wrapper) {
        int slot = wrapper.getSlot();
        boolean known = wrapper.getChildSlot() >= 0 && slot < requests.size() && requests.get(slot) != null;
        return known ? requests.get(slot).index() : index(wrapper.getIngestDocument());
    }

    /** Answers the request, since the pipeline of {@code batch} has thrown {@code reason}. */
    void fail(List<IngestDocumentWrapper> batch, Exception reason) {
        abandon.accept(batch.stream().map(this::requestedIndex).collect(Collectors.toSet()), reason);
    }

    /** The number of documents for an index, or for all if that is null. */
    private long parts(String index) {
        return requests.stream()
                .filter(request ->
                        request != null && (index == null || request.index().equals(index)))
                .mapToLong(request -> WrittenPart.of(request).size())
                .sum();
    }

    /** The request of the document in {@code wrapper}; null if it cannot be identified. */
    DocWriteRequest<?> request(IngestDocumentWrapper wrapper) {
        int slot = wrapper.getSlot();
        IngestDocument document = wrapper.getIngestDocument();
        boolean inPlace = wrapper.getChildSlot() >= 0
                && slot < requests.size()
                && requests.get(slot) != null
                && isUnder(requests.get(slot), document);
        // A document that is alone in its batch has no slot.
        return (inPlace ? Stream.of(requests.get(slot)) : requests.stream())
                .filter(request -> request != null && isUnder(request, document))
                .findFirst()
                .orElse(null);
    }

    /** The update whose {@code doc} is in {@code wrapper}; null if a whole document is. */
    UpdateRequest update(IngestDocumentWrapper wrapper) {
        return wrapper.getChildSlot() <= 0 && request(wrapper) instanceof UpdateRequest update && update.doc() != null
                ? update
                : null;
    }

    /** What each update of the request will find, for the processor of {@code batch}. */
    Map<UpdateRequest, Before> before(List<IngestDocumentWrapper> batch) {
        Set<Integer> inBatch = new HashSet<>();
        batch.stream()
                .filter(wrapper -> wrapper.getChildSlot() >= 0)
                .forEach(wrapper -> inBatch.add(wrapper.getSlot()));
        Map<UpdateRequest, Before> found = new HashMap<>();
        Map<DocumentKey, Before> now = new HashMap<>();
        for (int slot = 0; slot < requests.size(); slot++) {
            DocWriteRequest<?> request = requests.get(slot);
            if (request == null || request.id() == null) {
                continue;
            }
            DocumentKey document = key(request.index(), request.id());
            Before before = now.getOrDefault(document, Before.IN_SIGHT);
            if (request instanceof UpdateRequest update) {
                found.put(update, before);
            }
            now.put(document, after(request, inBatch.contains(slot), before));
        }
        return found;
    }

    private static Before after(DocWriteRequest<?> request, boolean inBatch, Before before) {
        if (request instanceof DeleteRequest) {
            return Before.DELETED;
        }
        if (request instanceof IndexRequest) {
            return inBatch ? Before.IN_SIGHT : Before.OUT_OF_SIGHT;
        }
        boolean inserts =
                request instanceof UpdateRequest update && (update.docAsUpsert() || update.upsertRequest() != null);
        if (before == Before.DELETED && !inserts) {
            return Before.DELETED;
        }
        return inBatch && before != Before.OUT_OF_SIGHT ? Before.IN_SIGHT : Before.OUT_OF_SIGHT;
    }

    /**
     * What an update will find under its id, according to the requests before it as they are now. A pipeline may still change
     * them, and they may fail; the shard detects both.
     *
     * @param stored the document that is stored before the request
     */
    Stored replay(UpdateRequest update, Stored stored) {
        DocumentKey document = key(update.index(), update.id());
        Stored now = stored;
        for (DocWriteRequest<?> request : requests) {
            if (update.equals(request)) { // by identity
                return now;
            }
            if (request != null && document.equals(key(request.index(), request.id()))) {
                now = after(request, now);
            }
        }
        return now;
    }

    private static Stored after(DocWriteRequest<?> request, Stored before) {
        if (request instanceof DeleteRequest) {
            return Stored.NONE;
        }
        if (request instanceof IndexRequest whole) {
            return new Stored(whole.sourceAsMap(), null);
        }
        UpdateRequest update = (UpdateRequest) request;
        if (update.script() != null) {
            return new Stored(
                    null,
                    new IllegalArgumentException("the same bulk request changes the document before, by a script; send"
                            + " the update in a request of its own"));
        }
        if (before.failure() != null) {
            return before;
        }
        if (before.source() != null) {
            Map<String, Object> merged = DocumentPath.copy(before.source());
            XContentHelper.update(merged, update.doc().sourceAsMap(), false);
            return new Stored(merged, null);
        }
        IndexRequest inserted = update.docAsUpsert() ? update.doc() : update.upsertRequest();
        return inserted == null ? before : new Stored(inserted.sourceAsMap(), null);
    }

    /** Whether {@code request} has the index and id of {@code document}. */
    private static boolean isUnder(DocWriteRequest<?> request, IngestDocument document) {
        Map<String, Object> metadata = document.getSourceAndMetadata();
        return request.id() != null
                && request.id().equals(metadata.get(IngestDocument.Metadata.ID.getFieldName()))
                && request.index().equals(metadata.get(IngestDocument.Metadata.INDEX.getFieldName()));
    }

    /** Without the documents. */
    @Override
    public String toString() {
        return "BulkInProgress[requests=" + requests.size() + "]";
    }
}
