/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import java.util.concurrent.atomic.AtomicBoolean;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.tasks.TaskCancelledException;
import org.opensearch.tasks.CancellableTask;
import org.opensearch.threadpool.Scheduler;
import org.opensearch.threadpool.ThreadPool;

/** A search that waits for vectors until they arrive or its task is cancelled. */
public final class SearchWait<T> implements ActionListener<T> {

    /** How often the task is checked: tasks have no listeners for cancellation. */
    private static final TimeValue INTERVAL = TimeValue.timeValueMillis(100);

    private final ThreadPool threadPool;
    private final SearchRelease release;
    private final ActionListener<T> listener;
    private final CancellableTask task;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile Scheduler.Cancellable watch;

    /** The failure of a cancelled search. Its status is not 5xx, since the client has cancelled it. */
    private static final class CancelledException extends TaskCancelledException {

        CancelledException(String reason) {
            super("the search was cancelled while its text was embedded: [" + reason + "]");
        }

        @Override
        public RestStatus status() {
            return RestStatus.BAD_REQUEST;
        }
    }

    /**
     * @param listener called once
     */
    public SearchWait(ThreadPool threadPool, SearchRelease release, ActionListener<T> listener) {
        this.threadPool = threadPool;
        this.release = release;
        this.listener = listener;
        this.task = SearchTasks.current(threadPool.getThreadContext());
    }

    /** Starts to check for cancellation, unless the search waits no longer. */
    public void watch() {
        if (task == null || ended.get()) {
            return;
        }
        Runnable inContext = threadPool.getThreadContext().preserveContext(this::cancelled);
        watch = threadPool.scheduleWithFixedDelay(
                () -> {
                    if (task.isCancelled()) {
                        threadPool.generic().execute(inContext);
                    }
                },
                INTERVAL,
                ThreadPool.Names.SAME);
        if (ended.get()) {
            watch.cancel();
        }
    }

    private void cancelled() {
        if (end()) {
            listener.onFailure(new CancelledException(task.getReasonCancelled()));
        }
    }

    @Override
    public void onResponse(T vectors) {
        if (end()) {
            release.run(() -> listener.onResponse(vectors));
        }
    }

    @Override
    public void onFailure(Exception e) {
        if (end()) {
            release.run(() -> listener.onFailure(e));
        }
    }

    private boolean end() {
        boolean first = ended.compareAndSet(false, true);
        Scheduler.Cancellable running = watch;
        if (running != null) {
            running.cancel();
        }
        return first;
    }
}
