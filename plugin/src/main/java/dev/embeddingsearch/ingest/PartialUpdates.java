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
 * Tells a processor which document a partial update belongs to. Ingest hands it the update's {@code doc} alone, not to be
 * told from a new document; this filter gives every such {@code doc} the index and id of its update, as a request that
 * travels to another node has anyway, and keeps the bulk request at hand in the thread context meanwhile.
 */
public final class PartialUpdates implements ActionFilter {

    private static final String REQUEST = "embedding_search.bulk_request";

    private final ThreadContext threadContext;
    private final Supplier<IndexingPressureService> pressure;
    private final IndexNames names;

    /**
     * A filter for a node.
     *
     * @param pressure counts the bytes of requests under way; gives null where nobody counts
     * @param names what the names in requests stand for
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
    @SuppressWarnings("unchecked") // the action's name says the types
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
        ActionListener<Response> inOrder =
                ActionListener.map(listener, response -> (Response) ItemOrder.restored((BulkResponse) response));
        AbandonableBulk<Response> answer = new AbandonableBulk<>(
                ActionListener.runBefore(inOrder, restore(partial)), pressure.get(), bulk.ramBytesUsed());
        // Also without updates: the requests of a bulk request around this one are none of its business.
        try (ThreadContext.StoredContext caller = threadContext.newStoredContext(true, List.of(REQUEST))) {
            threadContext.putTransient(
                    REQUEST,
                    new BulkInProgress(
                            bulk.requests(),
                            bulk.timeout(),
                            new EmbeddedVectors(),
                            names::writeIndex,
                            answer::abandon));
            chain.proceed(task, BulkAction.NAME, (Request) bulk, answer);
        }
    }

    /** The bulk request whose documents pass now; none in a simulation. */
    Optional<BulkInProgress> current() {
        return Optional.ofNullable(threadContext.getTransient(REQUEST));
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
        if (!update.docAsUpsert()) {
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
}
