/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.index.IndexingPressureService;

/**
 * The listener of a bulk request that can be answered from outside. OpenSearch does not catch what a pipeline throws behind an
 * asynchronous processor: the request would never be answered, and its bytes would count as indexing pressure until the node
 * is restarted.
 */
final class AbandonableBulk implements ActionListener<BulkResponse> {

    private final ActionListener<BulkResponse> listener;
    private final IndexingPressureService pressure;
    private final List<DocWriteRequest<?>> requests;
    private final long bytes;
    private final AtomicBoolean answered = new AtomicBoolean();
    private volatile boolean abandoned;

    /**
     * Wraps the listener of a request.
     *
     * @param pressure counts the bytes; null if nothing does
     */
    AbandonableBulk(ActionListener<BulkResponse> listener, IndexingPressureService pressure, BulkRequest bulk) {
        this.listener = listener;
        this.pressure = pressure;
        this.requests = List.copyOf(bulk.requests());
        this.bytes = bulk.ramBytesUsed();
    }

    /**
     * Answers the request, of which nothing is written, and releases the bytes that it holds. Documents for {@code indices} fail
     * with {@code reason}, as if their pipeline had thrown it before its first asynchronous processor. All others fail with 429,
     * after which clients send them again.
     *
     * @param indices the indices of the documents whose pipeline has thrown {@code reason}; if the pipeline has changed them, so
     *     that the request has none of them, all documents fail with the reason
     */
    void abandon(Set<String> indices, Exception reason) {
        if (!answered.getAndSet(true)) {
            abandoned = true;
            count(-bytes);
            ActionListener.completeWith(listener, () -> failures(indices, reason));
        }
    }

    private BulkResponse failures(Set<String> indices, Exception reason) {
        boolean known = requests.stream().map(DocWriteRequest::index).anyMatch(indices::contains);
        List<BulkItemResponse> items = new ArrayList<>();
        for (DocWriteRequest<?> request : requests) {
            boolean thrown = (!known || indices.contains(request.index()))
                    && !WrittenPart.of(request).isEmpty();
            items.add(failed(items.size(), request, thrown ? reason : sendAgain()));
        }
        return new BulkResponse(items.toArray(BulkItemResponse[]::new), 0);
    }

    private static Exception sendAgain() {
        return new OpenSearchRejectedExecutionException(
                "not written, because the pipeline of other documents in the bulk request threw an exception; send it again");
    }

    /** The failure of one request of a bulk request. */
    static BulkItemResponse failed(int slot, DocWriteRequest<?> request, Exception reason) {
        return new BulkItemResponse(
                slot, request.opType(), new BulkItemResponse.Failure(request.index(), request.id(), reason));
    }

    /** False where OpenSearch has completed the request, which releases the bytes itself. */
    private boolean isFirst() {
        if (!answered.getAndSet(true)) {
            return true;
        }
        if (abandoned) {
            abandoned = false;
            count(bytes);
        }
        return false;
    }

    private void count(long change) {
        if (pressure != null) {
            pressure.markCoordinatingOperationStarted(() -> change, true);
        }
    }

    @Override
    public void onResponse(BulkResponse response) {
        if (isFirst()) {
            listener.onResponse(response);
        }
    }

    @Override
    public void onFailure(Exception e) {
        if (isFirst()) {
            listener.onFailure(e);
        }
    }
}
