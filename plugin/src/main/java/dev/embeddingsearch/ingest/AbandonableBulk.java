/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import java.util.concurrent.atomic.AtomicBoolean;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.IndexingPressureService;

/**
 * The listener of a bulk request that can be failed from outside. OpenSearch does not catch what a pipeline throws behind an
 * asynchronous processor: the request would never be answered, and its bytes would count as indexing pressure until the node
 * is restarted.
 */
final class AbandonableBulk<Response> implements ActionListener<Response> {

    private final ActionListener<Response> listener;
    private final IndexingPressureService pressure;
    private final long bytes;
    private final AtomicBoolean answered = new AtomicBoolean();
    private volatile boolean abandoned;

    /**
     * Wraps the listener of a request.
     *
     * @param pressure counts the bytes; null if nothing does
     * @param bytes the bytes that OpenSearch counts for the request
     */
    AbandonableBulk(ActionListener<Response> listener, IndexingPressureService pressure, long bytes) {
        this.listener = listener;
        this.pressure = pressure;
        this.bytes = bytes;
    }

    /** Fails the request with {@code reason}, and releases the bytes that it holds. */
    void abandon(Exception reason) {
        if (!answered.getAndSet(true)) {
            abandoned = true;
            count(-bytes);
            listener.onFailure(reason);
        }
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
    public void onResponse(Response response) {
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
