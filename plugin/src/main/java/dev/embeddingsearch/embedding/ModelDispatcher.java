/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.embedding.Batch.Target;
import dev.embeddingsearch.model.EmbeddingModel;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One model's way out: inputs of all requests wait here and are made into calls when one may go. At most
 * {@code max_in_flight} calls at a time, paced, queries ahead of documents, failed calls sent again after a pause, none to
 * a service that is down. No thread waits here, and nothing is called under the lock of the state.
 */
final class ModelDispatcher implements Closeable {

    private final ServiceHttp http;
    private final Timer timer;
    private final Backoff backoff;
    private final QueueBudget.Share budget;
    private final DispatchState state;

    ModelDispatcher(ServiceHttp http, Timer timer, Backoff backoff, QueueBudget.Share budget) {
        this.http = http;
        this.timer = timer;
        this.backoff = backoff;
        this.budget = budget;
        AcceptedSizes sizes = new AcceptedSizes(timer::now);
        this.state = new DispatchState(timer, new BatchBisector(this::submit, sizes), sizes);
    }

    /** The bytes of all requests that have not got their answer. */
    QueueBudget.Share budget() {
        return budget;
    }

    /** Why a request would fail at once, or null if it would not. */
    Failure refusal(EmbeddingModel model) {
        return state.refusal(model);
    }

    /** Says that documents are being prepared, so that what waits may wait for them; {@link #submit} is to follow. */
    void announce(Purpose purpose) {
        state.announce(purpose);
    }

    /** Takes what was announced, be it nothing. */
    void submit(Target target, List<Input> inputs) {
        Failure refusal = state.add(target, inputs);
        if (refusal == null) {
            drain();
        } else {
            BatchBisector.fail(inputs, refusal);
        }
    }

    private void submit(Batch batch) {
        if (state.add(batch)) {
            drain();
        } else {
            batch.fail(new FailureMapper(batch.model()).closed());
        }
    }

    /** Sends what may go now and plans to be back when the rest may. */
    private void drain() {
        List<Batch> ready = new ArrayList<>();
        long wait = state.take(ready);
        List<Runnable> steps = new ArrayList<>();
        ready.forEach(batch -> steps.add(() -> send(batch)));
        if (wait > 0) {
            steps.add(() -> timer.later(wait, this::wakeUp, this::close));
        }
        RunAll.run(steps);
    }

    private void wakeUp() {
        state.wokeUp();
        drain();
    }

    private void send(Batch batch) {
        long sentAt = timer.now();
        http.send(batch, new BatchListener() {
            @Override
            public void rateLimit(RateLimitHeaders limit) {
                state.observe(batch, limit);
            }

            @Override
            public void vectors(float[][] vectors) {
                state.succeeded(batch);
                RunAll.run(ModelDispatcher.this::drain, () -> batch.succeed(vectors));
            }

            @Override
            public void some(float[][] vectors, Failure others) {
                state.succeeded(batch);
                RunAll.run(ModelDispatcher.this::drain, () -> batch.succeed(vectors, others));
            }

            @Override
            public void failure(Failure failure) {
                failed(batch, failure, sentAt);
            }

            @Override
            public boolean abandoned() {
                return batch.abandoned();
            }
        });
    }

    private void failed(Batch batch, Failure failure, long sentAt) {
        int attempts = batch.countFailedAttempt();
        batch.attempted(failure);
        DispatchState.Verdicts verdicts = state.failed(batch, failure, attempts, sentAt);
        if (verdicts.again()) {
            long pause = TimeUnit.MILLISECONDS.toNanos(backoff.millis(attempts, failure.waitMillis()));
            Runnable plan = () -> timer.later(pause, () -> sendAgain(batch), () -> giveUp(batch, failure));
            RunAll.run(verdicts.lost(), plan, this::drain);
        } else {
            RunAll.run(this::drain, verdicts.lost(), () -> batch.fail(failure));
        }
    }

    private void sendAgain(Batch batch) {
        state.sendAgain(batch);
        drain();
    }

    private void giveUp(Batch batch, Failure failure) {
        state.remove(batch);
        batch.fail(failure);
    }

    DispatchStatus status() {
        return state.status(budget);
    }

    /** Lets go of what nobody waits for any more, be it queued, in flight or between two attempts. */
    void dropAbandoned() {
        state.dropAbandoned().forEach(Batch::cancel);
    }

    /** Fails everything that has no outcome yet. */
    @Override
    public void close() {
        state.close().run();
    }
}
