/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.DispatchStatus;
import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.embedding.RunAll;
import dev.embeddingsearch.embedding.dispatch.PendingWork.Next;
import dev.embeddingsearch.embedding.http.Culprit;
import dev.embeddingsearch.embedding.http.EmbeddingsCall.Target;
import dev.embeddingsearch.embedding.http.Failure;
import dev.embeddingsearch.embedding.http.ModelFailures;
import dev.embeddingsearch.embedding.http.RateLimitHeaders;
import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.stats.FailureKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The state of a {@link ModelDispatcher} and its decisions: which inputs wait, which calls are in flight, which calls
 * may go now. All methods hold the lock and call no listener; what must be reported to listeners is returned as a task.
 */
final class DispatchState {

    private final Timer timer;
    private final BatchBisector bisector;
    private final AcceptedSizes sizes;
    private final PendingWork queries = new PendingWork();
    private final PendingWork documents = new PendingWork();
    private final Set<Batch> open = new HashSet<>(); // queued, in flight or between two attempts
    private final Set<Batch> inFlight = new HashSet<>();
    private final RateLimiter rateLimiter;
    private final ModelBreaker breaker = new ModelBreaker();
    private int preparing;
    private boolean wakeUpScheduled;
    private long wakeUpAt;
    private boolean closed;

    DispatchState(Timer timer, BatchBisector bisector, AcceptedSizes sizes) {
        this.timer = timer;
        this.bisector = bisector;
        this.sizes = sizes;
        this.rateLimiter = new RateLimiter(timer.now());
    }

    /**
     * What follows from a failed attempt.
     *
     * @param again whether another attempt must follow
     * @param reports fails other texts along with it, if the circuit breaker has opened
     */
    record Verdict(boolean again, Runnable reports) {}

    /** See {@link ModelDispatcher#announce}. */
    synchronized void announce(Purpose purpose) {
        preparing += purpose == Purpose.INGEST ? 1 : 0;
    }

    /** Why a request fails at once, or null if it does not. */
    synchronized Failure refusal(EmbeddingModel model) {
        return closed ? closed(model) : breaker.refusal(model, timer.now());
    }

    /** Queues the inputs of an announced request; returns why they fail instead, or null. */
    synchronized Failure add(Target target, List<Input> inputs) {
        preparing -= target.purpose() == Purpose.INGEST ? 1 : 0;
        Failure refusal = refusal(target.model());
        if (refusal == null) {
            List<Input> wanted =
                    inputs.stream().filter(input -> !input.abandoned()).toList();
            pending(target.purpose()).add(target, wanted, timer.now());
        }
        return refusal;
    }

    /** Queues a batch; returns false if this is closed or the batch is abandoned. */
    synchronized boolean add(Batch batch) {
        boolean added = !closed && !batch.abandoned();
        if (added) {
            open.add(batch);
            pending(batch.purpose()).addLast(batch);
        }
        return added;
    }

    private PendingWork pending(Purpose purpose) {
        return purpose == Purpose.SEARCH ? queries : documents;
    }

    /**
     * Makes the batches that may go now.
     *
     * @param ready receives the batches
     * @return nanoseconds after which to call again, or 0 if no wake-up needs to be scheduled
     */
    synchronized long poll(List<Batch> ready) {
        while (!closed) {
            PendingWork pending = queries.isEmpty() ? documents : queries;
            long now = timer.now();
            Next next = pending.next(now, inFlight.size(), preparing, this::batchLimits);
            long breakerDelay = breaker.delay(now);
            if (next == null
                    || inFlight.size() >= next.limits().inFlight()
                    || breakerDelay == ModelBreaker.UNTIL_OUTCOME) {
                return 0;
            }
            long wait = Math.max(
                    breakerDelay, Math.max(next.delay(), rateLimiter.delay(now, next.limits(), next.tokens())));
            if (wait > 0) {
                return schedule(now + wait) ? wait : 0;
            }
            Batch batch = pending.poll(next, bisector);
            open.add(batch);
            inFlight.add(batch);
            rateLimiter.spend(now, next.limits(), batch.tokens());
            breaker.sent(batch);
            ready.add(batch);
        }
        return 0;
    }

    private BatchLimits batchLimits(EmbeddingModel model) {
        return BatchLimits.of(model.limits(), rateLimiter.limitTokens(), sizes.of(model));
    }

    /** Schedules a wake-up; returns false if one is scheduled already that comes no later. */
    private boolean schedule(long then) {
        boolean earlier = !wakeUpScheduled || then - wakeUpAt < 0;
        if (earlier) {
            wakeUpScheduled = true;
            wakeUpAt = then;
        }
        return earlier;
    }

    synchronized void wokeUp() {
        wakeUpScheduled = false;
    }

    /** Updates the rate limits by the headers of the response to {@code batch}. */
    synchronized void observe(Batch batch, RateLimitHeaders limit) {
        long tokens = inFlight.stream()
                .filter(other -> other != batch)
                .mapToLong(Batch::tokens)
                .sum();
        rateLimiter.observe(timer.now(), limit, Math.max(0, inFlight.size() - 1), tokens);
    }

    synchronized void succeeded(Batch batch) {
        inFlight.remove(batch);
        open.remove(batch);
        if (breaker.isFor(batch)) {
            breaker.answered();
        }
    }

    /**
     * Processes a failed attempt.
     *
     * @param attempts how many attempts of the batch have failed
     * @param sentAt when this attempt was sent
     */
    synchronized Verdict failed(Batch batch, Failure failure, int attempts, long sentAt) {
        inFlight.remove(batch);
        Runnable reports = updateBreaker(batch, failure, sentAt);
        boolean again = batch.retries(failure)
                && !batch.abandoned()
                && attempts <= batch.model().limits().retries()
                && open.contains(batch);
        if (failure.again() && breaker.isFor(batch)) { // other calls wait, even if this one is not sent again
            rateLimiter.hold(timer.now() + TimeUnit.MILLISECONDS.toNanos(failure.waitMillis()));
        }
        if (!again) {
            open.remove(batch);
        }
        return new Verdict(again, reports);
    }

    /**
     * Updates the circuit breaker. When it opens, all queued texts fail; exempt are documents that were sent before,
     * which share the fate of the next probe. Two kinds of failures say nothing about the service: a call that was
     * cancelled because no request waited any longer, unless it was a search that had half of its timeout; and a
     * response that a text may have caused, until enough of them have come: then the outcome of a harmless text
     * decides.
     */
    private Runnable updateBreaker(Batch batch, Failure failure, long sentAt) {
        if (!breaker.isFor(batch)) {
            return () -> {};
        }
        long now = timer.now();
        long halfTimeout = batch.model().limits().searchTimeout().nanos() / 2;
        boolean hadEnoughTime = batch.purpose() == Purpose.SEARCH && now - sentAt >= halfTimeout;
        if (failure.kind() == FailureKind.ABANDONED && !hadEnoughTime) {
            breaker.withdrawn(batch);
            return () -> {};
        }
        if (failure.outage().isEmpty()) {
            breaker.answered();
            return () -> {};
        }
        boolean probe = breaker.isProbe(batch);
        if (failure.culprit() == Culprit.TEXT && !batch.harmless() && !probe) {
            return breaker.suspect(batch.model(), now) ? () -> bisector.sendHarmless(batch.target()) : () -> {};
        }
        return breaker.unanswered(batch, failure, now)
                ? failPending(left -> probe || left.purpose() == Purpose.SEARCH, model -> breaker.describe(model, now))
                : () -> {};
    }

    synchronized void sendAgain(Batch batch) {
        if (open.contains(batch)) { // close, abandonment or the breaker may have failed it meanwhile
            pending(batch.purpose()).addFirst(batch);
        }
    }

    synchronized void remove(Batch batch) {
        open.remove(batch);
    }

    /** Drops all inputs and batches that no request waits for any longer; returns the batches. */
    synchronized List<Batch> dropAbandoned() {
        List<Batch> left = open.stream().filter(Batch::abandoned).toList();
        left.forEach(open::remove);
        queries.removeAbandoned();
        documents.removeAbandoned();
        return left;
    }

    /** Drops everything; returns a task that fails it. */
    synchronized Runnable close() {
        closed = true;
        inFlight.clear();
        return failPending(batch -> true, DispatchState::closed);
    }

    /** Drops all queued inputs and those batches not in flight that match; returns a task that fails them. */
    private Runnable failPending(Predicate<Batch> which, Function<EmbeddingModel, Failure> failure) {
        List<Batch> batches = open.stream()
                .filter(batch -> !inFlight.contains(batch) && which.test(batch))
                .toList();
        batches.forEach(open::remove);
        List<Runnable> reports = new ArrayList<>();
        batches.forEach(batch -> reports.add(() -> batch.fail(failure.apply(batch.model()))));
        for (PendingWork pending : List.of(queries, documents)) {
            pending.retain(open);
            pending.clearInputs()
                    .forEach((target, inputs) ->
                            reports.add(() -> BatchBisector.fail(inputs, failure.apply(target.model()))));
        }
        return () -> RunAll.run(reports);
    }

    synchronized DispatchStatus status(QueueBudget.Share budget) {
        int inBatches = open.stream()
                .filter(batch -> !inFlight.contains(batch))
                .mapToInt(batch -> batch.inputs().size())
                .sum();
        return new DispatchStatus(
                queries.inputs() + documents.inputs() + inBatches,
                budget.bytes(),
                inFlight.size(),
                breaker.state(timer.now()).name().toLowerCase(Locale.ROOT),
                budget.rejections());
    }

    private static Failure closed(EmbeddingModel model) {
        return new ModelFailures(model).closed();
    }
}
