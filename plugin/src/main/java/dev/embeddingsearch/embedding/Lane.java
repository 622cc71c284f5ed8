/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.embedding.Failure.Verdict;
import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.threadpool.Scheduler;
import org.opensearch.threadpool.ThreadPool;

/**
 * One model's way out: at most {@code max_in_flight} calls at a time, paced, queries ahead of documents, failed calls
 * sent again after a pause. No thread waits here.
 */
final class Lane implements Closeable {

    private final ServiceHttp http;
    private final Scheduler scheduler;
    private final LongSupplier nanoClock;
    private final Backoff backoff;

    // All below: guarded by this. Calls out of the lane are made without the lock.
    private final Deque<Batch> queries = new ArrayDeque<>();
    private final Deque<Batch> documents = new ArrayDeque<>();
    private final Set<Batch> open = new HashSet<>(); // queued, in flight or waiting for the next attempt
    private final Pacer pacer;
    private int inFlight;
    private boolean wakeUpPlanned;
    private boolean closed;

    Lane(ServiceHttp http, Scheduler scheduler, LongSupplier nanoClock, Backoff backoff) {
        this.http = http;
        this.scheduler = scheduler;
        this.nanoClock = nanoClock;
        this.backoff = backoff;
        this.pacer = new Pacer(nanoClock.getAsLong());
    }

    void submit(Batch batch) {
        boolean taken;
        synchronized (this) {
            taken = !closed && !batch.abandoned();
            if (taken) {
                open.add(batch);
                queue(batch).addLast(batch);
            }
        }
        if (taken) {
            drain();
        } else {
            batch.fail(closedFailure(batch));
        }
    }

    private Deque<Batch> queue(Batch batch) {
        return batch.purpose() == Purpose.SEARCH ? queries : documents;
    }

    /** Sends what may go now and plans to be back when the rest may. */
    private void drain() {
        List<Batch> ready = new ArrayList<>();
        long wait;
        synchronized (this) {
            wait = takeReady(ready);
            wakeUpPlanned |= wait > 0;
        }
        ready.forEach(this::send);
        if (wait > 0) {
            plan(wait, this::wakeUp, this::close);
        }
    }

    /** Moves what may go from the queues to {@code ready}; returns how many nanoseconds to wait for more, or 0. */
    private long takeReady(List<Batch> ready) {
        while (true) {
            Deque<Batch> queue = queries.isEmpty() ? documents : queries;
            Batch next = queue.peekFirst();
            if (closed || next == null || inFlight >= next.model().limits().inFlight()) {
                return 0;
            }
            long now = nanoClock.getAsLong();
            long wait = pacer.delay(now, next.model().limits());
            if (wait > 0) {
                return wakeUpPlanned ? 0 : wait;
            }
            pacer.spend(now, next.model().limits(), next.tokens());
            inFlight++;
            ready.add(queue.removeFirst());
        }
    }

    private void wakeUp() {
        synchronized (this) {
            wakeUpPlanned = false;
        }
        drain();
    }

    private void send(Batch batch) {
        http.send(batch, new Outcome() {
            @Override
            public void vectors(float[][] vectors) {
                landed(batch);
                batch.succeed(vectors);
            }

            @Override
            public void failure(Failure failure) {
                failed(batch, failure);
            }
        });
    }

    private void failed(Batch batch, Failure failure) {
        int attempts = batch.countFailedAttempt();
        if (failure.verdict() != Verdict.RETRY
                || batch.abandoned()
                || attempts > batch.model().limits().retries()) {
            landed(batch);
            batch.fail(failure);
            return;
        }
        synchronized (this) {
            inFlight--;
            pacer.hold(nanoClock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(failure.waitMillis()));
        }
        long pause = TimeUnit.MILLISECONDS.toNanos(backoff.millis(attempts, failure.waitMillis()));
        plan(pause, () -> sendAgain(batch), () -> giveUp(batch, failure));
        drain();
    }

    private void sendAgain(Batch batch) {
        synchronized (this) {
            if (open.contains(batch)) { // closing or abandonment may have ended it in the meantime
                queue(batch).addFirst(batch);
            }
        }
        drain();
    }

    private void giveUp(Batch batch, Failure failure) {
        synchronized (this) {
            open.remove(batch);
        }
        batch.fail(failure);
    }

    private void landed(Batch batch) {
        synchronized (this) {
            inFlight--;
            open.remove(batch);
        }
        drain();
    }

    private void plan(long nanos, Runnable task, Runnable otherwise) {
        try {
            long millis = TimeUnit.NANOSECONDS.toMillis(nanos + 999_999);
            scheduler.schedule(task, TimeValue.timeValueMillis(millis), ThreadPool.Names.GENERIC);
        } catch (OpenSearchRejectedExecutionException e) {
            otherwise.run(); // the node is shutting down
        }
    }

    /** Lets go of what nobody waits for any more, be it queued, in flight or between two attempts. */
    void dropAbandoned() {
        List<Batch> left;
        synchronized (this) {
            left = open.stream().filter(Batch::abandoned).toList();
            left.forEach(open::remove);
            queries.removeIf(Batch::abandoned);
            documents.removeIf(Batch::abandoned);
        }
        left.forEach(Batch::cancel);
    }

    /** Fails everything that has no outcome yet. */
    @Override
    public void close() {
        List<Batch> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(open);
            open.clear();
            queries.clear();
            documents.clear();
        }
        left.forEach(batch -> batch.fail(closedFailure(batch)));
    }

    private static Failure closedFailure(Batch batch) {
        return new FailureMapper(batch.model(), Optional.empty()).closed();
    }
}
