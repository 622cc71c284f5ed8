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
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
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
 * A bulk request whose documents are on their way through ingest.
 *
 * @param requests its requests, in their order
 * @param timeout how long it waits for a shard
 * @param vectors what ingest made for it
 * @param writeIndex the index that an alias or data stream writes to, for a document may be named by any of these
 * @param fail ends the whole request with a reason, where ingest cannot go on with it
 */
record BulkInProgress(
        List<DocWriteRequest<?>> requests,
        TimeValue timeout,
        EmbeddedVectors vectors,
        UnaryOperator<String> writeIndex,
        Consumer<Exception> fail) {

    /** What an update finds under its id when its turn comes. */
    enum Before {
        /** What is stored, or what the documents before it in its batch make of that. */
        IN_SIGHT,
        /** Nothing: the request deletes it. */
        DELETED,
        /** What requests outside the batch make of it. */
        OUT_OF_SIGHT
    }

    /** Names a document, whatever the request calls its index. */
    DocumentKey key(String index, String id) {
        return new DocumentKey(writeIndex.apply(index), id);
    }

    /** The request whose document {@code wrapper} holds, if it can be told. */
    DocWriteRequest<?> request(IngestDocumentWrapper wrapper) {
        int slot = wrapper.getSlot();
        IngestDocument document = wrapper.getIngestDocument();
        boolean inPlace = wrapper.getChildSlot() >= 0
                && slot < requests.size()
                && requests.get(slot) != null
                && isUnder(requests.get(slot), document);
        // A document alone in its batch comes without its place.
        return (inPlace ? Stream.of(requests.get(slot)) : requests.stream())
                .filter(request -> request != null && isUnder(request, document))
                .findFirst()
                .orElse(null);
    }

    /** The update whose {@code doc} {@code wrapper} holds, or null if it holds a whole document. */
    UpdateRequest update(IngestDocumentWrapper wrapper) {
        return wrapper.getChildSlot() <= 0 && request(wrapper) instanceof UpdateRequest update && update.doc() != null
                ? update
                : null;
    }

    /** What each update of the request finds, for the processor that has {@code batch}. */
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
     * What an update finds under its id, going by the requests before it as they stand now. A pipeline may still change
     * them, and one may fail: the shard finds that out.
     *
     * @param stored what is stored before the request
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

    /** Whether {@code request} is about the index and id of {@code document}. */
    private static boolean isUnder(DocWriteRequest<?> request, IngestDocument document) {
        Map<String, Object> metadata = document.getSourceAndMetadata();
        return request.id() != null
                && request.id().equals(metadata.get(IngestDocument.Metadata.ID.getFieldName()))
                && request.index().equals(metadata.get(IngestDocument.Metadata.INDEX.getFieldName()));
    }

    /** Leaves the documents out. */
    @Override
    public String toString() {
        return "BulkInProgress[requests=" + requests.size() + "]";
    }
}
