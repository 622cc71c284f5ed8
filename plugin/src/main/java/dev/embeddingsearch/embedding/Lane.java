/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.embedding.Batch.Target;
import dev.embeddingsearch.embedding.Failure.Verdict;
import dev.embeddingsearch.embedding.Waiting.Next;
import dev.embeddingsearch.model.EmbeddingModel;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One model's way out: inputs of all requests wait here and are made into calls when one may go. At most
 * {@code max_in_flight} calls at a time, paced, queries ahead of documents, failed calls sent again after a pause. No
 * thread waits here.
 */
final class Lane implements Closeable {

    private final ServiceHttp http;
    private final Timer timer;
    private final Backoff backoff;
    private final Divider divider = new Divider(this::submit);

    // All below: guarded by this. Calls out of the lane are made without the lock.
    private final Waiting queries = new Waiting();
    private final Waiting documents = new Waiting();
    private final Set<Batch> open = new HashSet<>(); // waiting, in flight or between two attempts
    private final Pacer pacer;
    private int preparing;
    private int inFlight;
    private boolean wakeUpPlanned;
    private long wakeUpAt;
    private boolean closed;

    Lane(ServiceHttp http, Timer timer, Backoff backoff) {
        this.http = http;
        this.timer = timer;
        this.backoff = backoff;
        this.pacer = new Pacer(timer.now());
    }

    /** Says that documents are being prepared, so that what waits may wait for them; {@link #submit} is to follow. */
    synchronized void announce(Purpose purpose) {
        preparing += purpose == Purpose.INGEST ? 1 : 0;
    }

    /** Takes what was announced, be it nothing. */
    void submit(Target target, List<Input> inputs) {
        boolean taken;
        synchronized (this) {
            preparing -= target.purpose() == Purpose.INGEST ? 1 : 0;
            taken = !closed;
            if (taken) {
                List<Input> wanted =
                        inputs.stream().filter(input -> !input.abandoned()).toList();
                waiting(target.purpose()).add(target, wanted, timer.now());
            }
        }
        if (taken) {
            drain();
        } else {
            Divider.fail(inputs, closedFailure(target.model()));
        }
    }

    private void submit(Batch batch) {
        boolean taken;
        synchronized (this) {
            taken = !closed && !batch.abandoned();
            if (taken) {
                open.add(batch);
                waiting(batch.purpose()).addLast(batch);
            }
        }
        if (taken) {
            drain();
        } else {
            batch.fail(closedFailure(batch.model()));
        }
    }

    private Waiting waiting(Purpose purpose) {
        return purpose == Purpose.SEARCH ? queries : documents;
    }

    /** Sends what may go now and plans to be back when the rest may. */
    private void drain() {
        List<Batch> ready = new ArrayList<>();
        long wait;
        synchronized (this) {
            wait = takeReady(ready);
        }
        ready.forEach(this::send);
        if (wait > 0) {
            timer.later(wait, this::wakeUp, this::close);
        }
    }

    /** Makes calls of what may go; returns after how many nanoseconds to be back for more, 0 for no plan. */
    private long takeReady(List<Batch> ready) {
        while (!closed) {
            Waiting waiting = queries.isEmpty() ? documents : queries;
            long now = timer.now();
            Next next = waiting.next(now, inFlight, preparing);
            if (next == null || inFlight >= next.limits().inFlight()) {
                return 0;
            }
            long wait = Math.max(next.delay(), pacer.delay(now, next.limits()));
            if (wait > 0) {
                return plan(now + wait) ? wait : 0;
            }
            Batch batch = waiting.take(next, divider);
            open.add(batch);
            pacer.spend(now, next.limits(), batch.tokens());
            inFlight++;
            ready.add(batch);
        }
        return 0;
    }

    /** Whether a wake-up then is news: none is planned that comes no later. */
    private boolean plan(long then) {
        boolean news = !wakeUpPlanned || then - wakeUpAt < 0;
        if (news) {
            wakeUpPlanned = true;
            wakeUpAt = then;
        }
        return news;
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

            @Override
            public boolean abandoned() {
                return batch.abandoned();
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
            pacer.hold(timer.now() + TimeUnit.MILLISECONDS.toNanos(failure.waitMillis()));
        }
        long pause = TimeUnit.MILLISECONDS.toNanos(backoff.millis(attempts, failure.waitMillis()));
        timer.later(pause, () -> sendAgain(batch), () -> giveUp(batch, failure));
        drain();
    }

    private void sendAgain(Batch batch) {
        synchronized (this) {
            if (open.contains(batch)) { // closing or abandonment may have ended it in the meantime
                waiting(batch.purpose()).addFirst(batch);
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

    /** Lets go of what nobody waits for any more, be it queued, in flight or between two attempts. */
    void dropAbandoned() {
        List<Batch> left;
        synchronized (this) {
            left = open.stream().filter(Batch::abandoned).toList();
            left.forEach(open::remove);
            queries.removeAbandoned();
            documents.removeAbandoned();
        }
        left.forEach(Batch::cancel);
    }

    /** Fails everything that has no outcome yet. */
    @Override
    public void close() {
        List<Batch> batches;
        Map<Target, List<Input>> inputs;
        synchronized (this) {
            closed = true;
            batches = List.copyOf(open);
            open.clear();
            inputs = new HashMap<>(queries.clear());
            inputs.putAll(documents.clear()); // no key twice: the purpose is part of it
        }
        batches.forEach(batch -> batch.fail(closedFailure(batch.model())));
        inputs.forEach((target, left) -> Divider.fail(left, closedFailure(target.model())));
    }

    private static Failure closedFailure(EmbeddingModel model) {
        return new FailureMapper(model, Optional.empty()).closed();
    }
}
