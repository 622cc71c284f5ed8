/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import static java.util.stream.Collectors.toSet;

import dev.embeddingsearch.ingest.StoredDocuments.DocumentKey;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.bulk.BulkAction;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.action.support.ActionFilterChain;
import org.opensearch.action.support.ActionRequestMetadata;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.common.CheckedRunnable;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.tasks.Task;

/**
 * Tells a processor which document a partial update belongs to. Ingest hands it the update's {@code doc} alone, not to be
 * told from a new document; this filter gives every such {@code doc} the index and id of its update, as a request that
 * travels to another node has anyway, and keeps the bulk request at hand in the thread context meanwhile.
 */
public final class PartialUpdates implements ActionFilter {

    private static final String REQUEST = "embedding_search.bulk_request";

    private final ThreadContext threadContext;

    public PartialUpdates(ThreadContext threadContext) {
        this.threadContext = threadContext;
    }

    @Override
    public int order() {
        return Integer.MAX_VALUE;
    }

    @Override
    @SuppressWarnings("try") // the stored context restores the caller's when closed
    public <Request extends ActionRequest, Response extends ActionResponse> void apply(
            Task task,
            String action,
            Request request,
            ActionRequestMetadata<Request, Response> metadata,
            ActionListener<Response> listener,
            ActionFilterChain<Request, Response> chain) {
        if (BulkAction.NAME.equals(action) == false) {
            chain.proceed(task, action, request, listener);
            return;
        }
        List<UpdateRequest> partial = partial((BulkRequest) request);
        partial.forEach(PartialUpdates::prepare);
        // Also without any: the requests of a bulk request around this one are none of its business.
        try (ThreadContext.StoredContext caller = threadContext.newStoredContext(true, List.of(REQUEST))) {
            if (partial.isEmpty() == false) {
                threadContext.putTransient(REQUEST, ((BulkRequest) request).requests());
            }
            chain.proceed(task, action, request, ActionListener.runBefore(listener, restore(partial)));
        }
    }

    /**
     * Lets the failure of an update be reported. Ingest takes index and id for that from the document that an update may
     * insert, and would end in a null pointer, its bulk request never answered, where there is none. What failed is not
     * applied, so for that time the update may name its own partial document.
     */
    static void makeReportable(UpdateRequest update) {
        if (update.upsertRequest() == null) {
            update.docAsUpsert(true);
        }
    }

    /** Undoes {@link #makeReportable}, for who sent the requests may send them again. */
    private static CheckedRunnable<RuntimeException> restore(List<UpdateRequest> partial) {
        List<UpdateRequest> inserting =
                partial.stream().filter(UpdateRequest::docAsUpsert).toList();
        return () -> partial.forEach(update -> update.docAsUpsert(inserting.contains(update)));
    }

    private static void prepare(UpdateRequest update) {
        update.doc().index(update.index()).id(update.id());
        if (update.docAsUpsert() == false) {
            // Else a node that gets the request from another one takes it for done with its system pipeline.
            update.doc().isPipelineResolved(false);
        }
    }

    private static List<UpdateRequest> partial(BulkRequest bulk) {
        return bulk.requests().stream()
                .filter(UpdateRequest.class::isInstance)
                .map(UpdateRequest.class::cast)
                .filter(update -> update.doc() != null)
                .toList();
    }

    /** The update whose {@code doc} {@code wrapper} holds, or null if it holds a whole document. */
    UpdateRequest of(IngestDocumentWrapper wrapper) {
        List<DocWriteRequest<?>> requests = threadContext.getTransient(REQUEST);
        if (requests == null || wrapper.getChildSlot() > 0) {
            return null;
        }
        int slot = wrapper.getSlot();
        boolean inPlace = wrapper.getChildSlot() == 0
                && slot < requests.size()
                && isUnder(requests.get(slot), wrapper.getIngestDocument());
        // A document alone in its batch comes without its place.
        return (inPlace ? Stream.of(requests.get(slot)) : requests.stream())
                .filter(request -> isUnder(request, wrapper.getIngestDocument()))
                .findFirst()
                .map(request -> request instanceof UpdateRequest update && update.doc() != null ? update : null)
                .orElse(null);
    }

    /**
     * The updates whose document an earlier request of the same bulk request changes that is not among {@code batch}: what
     * they will meet cannot be known yet.
     */
    Set<UpdateRequest> followers(List<IngestDocumentWrapper> batch) {
        Set<UpdateRequest> followers = Collections.newSetFromMap(new IdentityHashMap<>());
        List<DocWriteRequest<?>> requests = threadContext.getTransient(REQUEST);
        if (requests == null) {
            return followers;
        }
        Set<Integer> known = batch.stream()
                .filter(wrapper -> wrapper.getChildSlot() >= 0)
                .map(IngestDocumentWrapper::getSlot)
                .collect(toSet());
        Set<DocumentKey> changed = new HashSet<>();
        for (int slot = 0; slot < requests.size(); slot++) {
            DocWriteRequest<?> request = requests.get(slot);
            DocumentKey document = new DocumentKey(request.index(), request.id());
            if (request instanceof UpdateRequest update && changed.contains(document)) {
                followers.add(update);
            }
            if (known.contains(slot) == false) {
                changed.add(document);
            }
        }
        return followers;
    }

    /** Whether {@code request} is about the index and id of {@code document}. */
    private static boolean isUnder(DocWriteRequest<?> request, IngestDocument document) {
        Map<String, Object> metadata = document.getSourceAndMetadata();
        return request.id() != null
                && request.id().equals(metadata.get(IngestDocument.Metadata.ID.getFieldName()))
                && request.index().equals(metadata.get(IngestDocument.Metadata.INDEX.getFieldName()));
    }
}
