/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.threadpool.Scheduler;
import org.opensearch.threadpool.ThreadPool;

/** A timer that runs a task unless a listener is called first. */
final class Deadline {

    private volatile Scheduler.Cancellable timer;

    /** The listener, which stops the timer when it is called. */
    <T> ActionListener<T> stoppedBy(ActionListener<T> listener) {
        return ActionListener.runBefore(listener, this::stop);
    }

    void start(Scheduler scheduler, TimeValue delay, Runnable late) {
        try {
            timer = scheduler.schedule(late, delay, ThreadPool.Names.GENERIC);
        } catch (OpenSearchRejectedExecutionException e) {
            timer = null; // the node is shutting down, so that retries cannot be scheduled either
        }
    }

    private void stop() {
        if (timer != null) {
            timer.cancel();
        }
    }
}
