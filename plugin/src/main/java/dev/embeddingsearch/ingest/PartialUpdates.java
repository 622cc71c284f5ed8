/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.bulk.BulkAction;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.action.support.ActionFilterChain;
import org.opensearch.action.support.ActionRequestMetadata;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.common.CheckedRunnable;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.index.IndexingPressureService;
import org.opensearch.tasks.Task;

/**
 * Makes the partial documents of updates known to processors. Ingest passes the {@code doc} of an update like a new document,
 * without index and id. This filter sets index and id of the update in each {@code doc}, as they are in a request that comes
 * from another node, and keeps the bulk request in the thread context.
 */
public final class PartialUpdates implements ActionFilter {

    private static final String REQUEST = "embedding_search.bulk_request";

    private final ThreadContext threadContext;
    private final Supplier<IndexingPressureService> pressure;
    private final IndexNames names;

    /**
     * A filter for a node.
     *
     * @param pressure counts the bytes of requests in flight; supplies null if nothing does
     * @param names resolves the names in requests
     */
    public PartialUpdates(ThreadContext threadContext, Supplier<IndexingPressureService> pressure, IndexNames names) {
        this.threadContext = threadContext;
        this.pressure = pressure;
        this.names = names;
    }

    @Override
    public int order() {
        return Integer.MAX_VALUE;
    }

    @Override
    @SuppressWarnings("unchecked") // the types follow from the name of the action
    public <Request extends ActionRequest, Response extends ActionResponse> void apply(
            Task task,
            String action,
            Request request,
            ActionRequestMetadata<Request, Response> metadata,
            ActionListener<Response> listener,
            ActionFilterChain<Request, Response> chain) {
        if (!BulkAction.NAME.equals(action)) {
            chain.proceed(task, action, request, listener);
            return;
        }
        UnreadableDocuments unreadable = UnreadableDocuments.in((BulkRequest) request, names::hasEmbeddings);
        if (unreadable.isEmpty()) {
            follow(task, (BulkRequest) request, listener, chain);
            return;
        }
        BulkRequest rest = unreadable.rest();
        ActionListener<Response> answer =
                ActionListener.map(listener, response -> (Response) unreadable.answer((BulkResponse) response));
        if (rest.requests().isEmpty()) {
            answer.onResponse(null);
        } else {
            follow(task, rest, answer, chain);
        }
    }

    @SuppressWarnings({"try", "unchecked"}) // the stored context restores the caller's when closed
    private <Request extends ActionRequest, Response extends ActionResponse> void follow(
            Task task,
            BulkRequest bulk,
            ActionListener<Response> listener,
            ActionFilterChain<Request, Response> chain) {
        List<UpdateRequest> partial = partial(bulk);
        partial.forEach(PartialUpdates::prepare);
        ActionListener<BulkResponse> inOrder =
                ActionListener.map(listener, response -> (Response) ItemOrder.restored(response));
        AbandonableBulk answer =
                new AbandonableBulk(ActionListener.runBefore(inOrder, restore(partial)), pressure.get(), bulk);
        // Also without updates: a bulk request around this one must not be visible.
        try (ThreadContext.StoredContext caller = threadContext.newStoredContext(true, List.of(REQUEST))) {
            threadContext.putTransient(
                    REQUEST,
                    new BulkInProgress(
                            bulk.requests(),
                            bulk.timeout(),
                            new EmbeddedVectors(),
                            names::writeIndex,
                            answer::abandon));
            chain.proceed(task, BulkAction.NAME, (Request) bulk, (ActionListener<Response>) answer);
        }
    }

    /** The bulk request whose documents are processed; empty in a simulation. */
    Optional<BulkInProgress> current() {
        return Optional.ofNullable(threadContext.getTransient(REQUEST));
    }

    /**
     * Makes the failure of an update reportable. Ingest reads index and id for the report from the upsert document of the
     * update; without one, it throws a NullPointerException and never answers the bulk request. The update therefore gets its
     * own partial document as upsert document while its failure is reported. A failed update is not applied.
     */
    static void makeReportable(UpdateRequest update) {
        if (update.upsertRequest() == null) {
            update.docAsUpsert(true);
        }
    }

    /** Undoes {@link #makeReportable}, since the sender may send the requests again. */
    private static CheckedRunnable<RuntimeException> restore(List<UpdateRequest> partial) {
        List<UpdateRequest> inserting =
                partial.stream().filter(UpdateRequest::docAsUpsert).toList();
        return () -> partial.forEach(update -> update.docAsUpsert(inserting.contains(update)));
    }

    private static void prepare(UpdateRequest update) {
        update.doc().index(update.index()).id(update.id());
        if (!update.docAsUpsert()) {
            // Otherwise a node that receives the request would not run its system pipeline.
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
}
