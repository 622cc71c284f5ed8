/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.common.unit.SizeValue;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.threadpool.ThreadPool;

/**
 * Releases searches that have waited for vectors. Texts of many searches share a call, so that many searches could continue
 * at once, overflow the queue of the search thread pool, and be rejected. They are released as fast as that queue has room.
 */
public final class SearchRelease {

    private static final Logger LOG = LogManager.getLogger(SearchRelease.class);

    private static final TimeValue PAUSE = TimeValue.timeValueMillis(5);

    /** A search that has waited so long continues even if the queue stays full, one at a time. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ThreadPool threadPool;
    private final Queue<Held> held = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean releasing = new AtomicBoolean();

    // Guarded by the flag.
    private long windowStart = System.nanoTime();
    private long released;

    private record Held(Runnable search, long since) {}

    public SearchRelease(ThreadPool threadPool) {
        this.threadPool = threadPool;
    }

    /** Runs {@code search}, which lets a search continue: now, or later on another thread with the current thread context. */
    void run(Runnable search) {
        held.add(new Held(threadPool.getThreadContext().preserveContext(search), System.nanoTime()));
        release();
    }

    private void release() {
        while (!held.isEmpty() && releasing.compareAndSet(false, true)) {
            boolean room;
            try {
                room = releaseWhatHasRoom();
            } finally {
                releasing.set(false);
            }
            if (!room) {
                later();
                return;
            }
        }
    }

    private boolean releaseWhatHasRoom() {
        for (Held next = held.peek(); next != null; next = held.peek()) {
            if (!mayGo(next)) {
                return false;
            }
            held.remove();
            released++;
            try {
                next.search().run();
            } catch (RuntimeException e) {
                LOG.warn("a search could not go on: [{}]", e.getClass().getName());
            }
        }
        return true;
    }

    private void later() {
        try {
            threadPool.schedule(this::release, PAUSE, ThreadPool.Names.GENERIC);
        } catch (OpenSearchRejectedExecutionException e) { // shutting down
            for (Held next = held.poll(); next != null; next = held.poll()) {
                next.search().run();
            }
        }
    }

    /**
     * Whether another search may continue. Released searches may use half of the queue, and within a few milliseconds an
     * eighth of the rest of that half, since each search has a task for each shard that may not be in the queue yet.
     */
    private boolean mayGo(Held search) {
        SizeValue capacity = threadPool.info(ThreadPool.Names.SEARCH).getQueueSize();
        if (capacity == null || !(threadPool.executor(ThreadPool.Names.SEARCH) instanceof ThreadPoolExecutor pool)) {
            return true;
        }
        long now = System.nanoTime();
        if (now - windowStart >= PAUSE.nanos()) {
            windowStart = now;
            released = 0;
        }
        long room = capacity.singles() / 2 - pool.getQueue().size();
        boolean overdue = now - search.since() >= PATIENCE_NANOS;
        return room > 0 ? released <= room / 8 : overdue && released == 0;
    }
}
