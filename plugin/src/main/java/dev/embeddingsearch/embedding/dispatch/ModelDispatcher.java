/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.DispatchStatus;
import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.embedding.RunAll;
import dev.embeddingsearch.embedding.http.CallListener;
import dev.embeddingsearch.embedding.http.EmbeddingsApi;
import dev.embeddingsearch.embedding.http.EmbeddingsCall.Target;
import dev.embeddingsearch.embedding.http.Failure;
import dev.embeddingsearch.embedding.http.ModelFailures;
import dev.embeddingsearch.embedding.http.RateLimitHeaders;
import dev.embeddingsearch.model.EmbeddingModel;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Queues the inputs of all requests to one model and sends them in batches: at most {@code max_in_flight} calls at a
 * time, within the rate limits, queries before documents, failed calls again after a pause, and nothing to a service
 * that is down. No thread is blocked while inputs wait, and no listener is called under the lock of {@link
 * DispatchState}.
 */
final class ModelDispatcher implements Closeable {

    private final EmbeddingsApi api;
    private final Timer timer;
    private final Backoff backoff;
    private final QueueBudget.Share budget;
    private final DispatchState state;

    ModelDispatcher(EmbeddingsApi api, Timer timer, Backoff backoff, QueueBudget.Share budget) {
        this.api = api;
        this.timer = timer;
        this.backoff = backoff;
        this.budget = budget;
        AcceptedSizes sizes = new AcceptedSizes(timer::now);
        this.state = new DispatchState(timer, new BatchBisector(this::submit, sizes), sizes);
    }

    /** The bytes of all requests to the model that have no answer yet. */
    QueueBudget.Share budget() {
        return budget;
    }

    /** Why a request would fail at once, or null if it would not. */
    Failure refusal(EmbeddingModel model) {
        return state.refusal(model);
    }

    /**
     * Announces a request whose texts are being prepared, so that a call that is not full waits for its documents. A
     * call of {@link #submit(Target, List)} must follow.
     */
    void announce(Purpose purpose) {
        state.announce(purpose);
    }

    /** Queues the inputs of an announced request, of which there may be none. */
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
            batch.fail(new ModelFailures(batch.model()).closed());
        }
    }

    /** Sends the calls that may go now and schedules a wake-up for the next one. */
    private void drain() {
        List<Batch> ready = new ArrayList<>();
        long wait = state.poll(ready);
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
        api.send(batch, new CallListener() {
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
            public void someVectors(float[][] vectors, Failure ofOthers) {
                state.succeeded(batch);
                RunAll.run(ModelDispatcher.this::drain, () -> batch.succeed(vectors, ofOthers));
            }

            @Override
            public void failure(Failure failure) {
                failed(batch, failure, sentAt);
            }
        });
    }

    private void failed(Batch batch, Failure failure, long sentAt) {
        int attempts = batch.countFailedAttempt();
        batch.attempted(failure);
        DispatchState.Verdict verdict = state.failed(batch, failure, attempts, sentAt);
        if (verdict.again()) {
            long pause = TimeUnit.MILLISECONDS.toNanos(backoff.millis(attempts, failure.waitMillis()));
            Runnable retry = () -> timer.later(pause, () -> sendAgain(batch), () -> giveUp(batch, failure));
            RunAll.run(verdict.reports(), retry, this::drain);
        } else {
            RunAll.run(this::drain, verdict.reports(), () -> batch.fail(failure));
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

    /** Drops all texts that no request waits for any longer, whether queued, in flight or between two attempts. */
    void dropAbandoned() {
        state.dropAbandoned().forEach(Batch::cancel);
    }

    /** Fails all texts that have no result yet. */
    @Override
    public void close() {
        state.close().run();
    }
}
