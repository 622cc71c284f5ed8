/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.threadpool.Scheduler;
import org.opensearch.threadpool.ThreadPool;

/**
 * A clock and a scheduler.
 *
 * @param nanoClock monotonic time in nanoseconds from an arbitrary origin
 */
record Timer(Scheduler scheduler, LongSupplier nanoClock) {

    long now() {
        return nanoClock.getAsLong();
    }

    /**
     * Runs {@code task} after a delay, or {@code otherwise} at once if the delay cannot be scheduled, as during
     * shutdown.
     */
    void later(long nanos, Runnable task, Runnable otherwise) {
        try {
            long millis = TimeUnit.NANOSECONDS.toMillis(nanos + 999_999);
            scheduler.schedule(task, TimeValue.timeValueMillis(millis), ThreadPool.Names.GENERIC);
        } catch (RuntimeException e) { // rejected or a bug: without this, the texts would wait for ever
            otherwise.run();
        }
    }
}
