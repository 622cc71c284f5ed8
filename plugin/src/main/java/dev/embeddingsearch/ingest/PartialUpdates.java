/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import java.util.List;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.bulk.BulkAction;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.action.support.ActionFilterChain;
import org.opensearch.action.support.ActionRequestMetadata;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.tasks.Task;

/**
 * Tells a processor which document a partial update belongs to. Ingest hands it the update's {@code doc} alone, without
 * id and not to be told from a new document; this filter keeps the bulk request at hand in the thread context meanwhile.
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
        if (BulkAction.NAME.equals(action) && hasUpdate((BulkRequest) request)) {
            try (ThreadContext.StoredContext caller = threadContext.newStoredContext(true, List.of(REQUEST))) {
                threadContext.putTransient(REQUEST, ((BulkRequest) request).requests());
                chain.proceed(task, action, request, listener);
            }
        } else {
            chain.proceed(task, action, request, listener);
        }
    }

    private static boolean hasUpdate(BulkRequest bulk) {
        return bulk.requests().stream().anyMatch(UpdateRequest.class::isInstance);
    }

    /** The update whose {@code doc} {@code wrapper} holds, or null if it holds a whole document. */
    UpdateRequest of(IngestDocumentWrapper wrapper) {
        List<DocWriteRequest<?>> requests = threadContext.getTransient(REQUEST);
        if (requests == null || wrapper.getSlot() >= requests.size() || wrapper.getChildSlot() != 0) {
            return null;
        }
        IngestDocument document = wrapper.getIngestDocument();
        boolean anonymous = document.getSourceAndMetadata().get(IngestDocument.Metadata.ID.getFieldName()) == null;
        return anonymous && requests.get(wrapper.getSlot()) instanceof UpdateRequest update && update.doc() != null
                ? update
                : null;
    }
}
