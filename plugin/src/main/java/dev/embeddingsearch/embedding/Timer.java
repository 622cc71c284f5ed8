/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.threadpool.Scheduler;
import org.opensearch.threadpool.ThreadPool;

/**
 * Tells the time and runs tasks later.
 *
 * @param nanoClock nanoseconds from some moment
 */
record Timer(Scheduler scheduler, LongSupplier nanoClock) {

    long now() {
        return nanoClock.getAsLong();
    }

    /** Runs {@code task} after a time, or {@code otherwise} at once when it cannot be planned, as while shutting down. */
    void later(long nanos, Runnable task, Runnable otherwise) {
        try {
            long millis = TimeUnit.NANOSECONDS.toMillis(nanos + 999_999);
            scheduler.schedule(task, TimeValue.timeValueMillis(millis), ThreadPool.Names.GENERIC);
        } catch (RuntimeException e) { // of the shutdown, or a fault: nothing else would end the wait
            otherwise.run();
        }
    }
}
