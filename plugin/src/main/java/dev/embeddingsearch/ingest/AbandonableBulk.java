/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import java.util.concurrent.atomic.AtomicBoolean;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.IndexingPressureService;

/**
 * The answer to a bulk request that can be given up: where the pipeline behind an asynchronous processor throws, nobody in
 * OpenSearch hears of it, and the request would hold its bytes of the indexing pressure until the node ends.
 */
final class AbandonableBulk<Response> implements ActionListener<Response> {

    private final ActionListener<Response> listener;
    private final IndexingPressureService pressure;
    private final long bytes;
    private final AtomicBoolean answered = new AtomicBoolean();
    private volatile boolean abandoned;

    /**
     * The answer to a request.
     *
     * @param pressure counts the bytes, or null where nobody does
     * @param bytes what OpenSearch counts the request as
     */
    AbandonableBulk(ActionListener<Response> listener, IndexingPressureService pressure, long bytes) {
        this.listener = listener;
        this.pressure = pressure;
        this.bytes = bytes;
    }

    /** Answers with {@code reason} and gives back the bytes that the request holds. */
    void abandon(Exception reason) {
        if (!answered.getAndSet(true)) {
            abandoned = true;
            count(-bytes);
            listener.onFailure(reason);
        }
    }

    /** Whatever OpenSearch still completes gives back the bytes itself. */
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
