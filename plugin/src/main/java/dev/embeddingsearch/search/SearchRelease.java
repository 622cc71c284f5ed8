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
 * Lets searches whose texts share a call to the service go on one after the other, as far as the queue of the search pool
 * has room. All at once, they would fill it, and be rejected although the node can do the work.
 */
public final class SearchRelease {

    private static final Logger LOG = LogManager.getLogger(SearchRelease.class);

    private static final TimeValue PAUSE = TimeValue.timeValueMillis(5);

    /** After which a search goes on whatever the queue, for others fill it; one at a time. */
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

    /** Runs what lets a search go on: now, or on another thread in the context of now. */
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
     * Whether another search may go on. Half the queue is for them, and an eighth of what is left of that for those of the
     * last few milliseconds: each has a task for each shard, which may not have come into the queue yet.
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
