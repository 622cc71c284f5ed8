/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import java.io.Closeable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.threadpool.Scheduler;

/** Time that passes a hundred times as fast, on clock and scheduler alike: a pause of a second takes ten milliseconds. */
final class FastTime implements Scheduler, Closeable {

    private static final int FACTOR = 100;

    private final long start = System.nanoTime();
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(2);

    FastTime() {
        executor.setRemoveOnCancelPolicy(true);
    }

    long nanos() {
        return (System.nanoTime() - start) * FACTOR;
    }

    @Override
    public ScheduledCancellable schedule(Runnable command, TimeValue delay, String executorName) {
        try {
            return Scheduler.wrapAsScheduledCancellable(
                    executor.schedule(command, delay.nanos() / FACTOR, TimeUnit.NANOSECONDS));
        } catch (RejectedExecutionException e) {
            throw new OpenSearchRejectedExecutionException("closed", true);
        }
    }

    /** How many tasks have neither run nor been cancelled. */
    int planned() {
        return executor.getQueue().size();
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
