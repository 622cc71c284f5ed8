/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.embedding.Batch.Target;
import dev.embeddingsearch.embedding.PendingWork.Next;
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
 * What a lane knows and decides: who waits, who is under way, what may go now. Every method holds the lock and calls
 * nobody; what is to be told outside is returned.
 */
final class DispatchState {

    private final Timer timer;
    private final BatchBisector divider;
    private final AcceptedSizes sizes;
    private final PendingWork queries = new PendingWork();
    private final PendingWork documents = new PendingWork();
    private final Set<Batch> open = new HashSet<>(); // waiting, in flight or between two attempts
    private final Set<Batch> inFlight = new HashSet<>();
    private final RateLimiter pacer;
    private final ModelBreaker breaker = new ModelBreaker();
    private int preparing;
    private boolean wakeUpPlanned;
    private long wakeUpAt;
    private boolean closed;

    DispatchState(Timer timer, BatchBisector divider, AcceptedSizes sizes) {
        this.timer = timer;
        this.divider = divider;
        this.sizes = sizes;
        this.pacer = new RateLimiter(timer.now());
    }

    /**
     * What a failed attempt comes to.
     *
     * @param again whether another attempt is to follow
     * @param lost tells those who fail along with it
     */
    record Verdicts(boolean again, Runnable lost) {}

    synchronized void announce(Purpose purpose) {
        preparing += purpose == Purpose.INGEST ? 1 : 0;
    }

    /** Why a request is not taken, or null where it is. */
    synchronized Failure refusal(EmbeddingModel model) {
        return closed ? closedFailure(model) : breaker.refusal(model, timer.now());
    }

    /** Takes inputs; returns why not, or null. */
    synchronized Failure add(Target target, List<Input> inputs) {
        preparing -= target.purpose() == Purpose.INGEST ? 1 : 0;
        Failure refusal = refusal(target.model());
        if (refusal == null) {
            List<Input> wanted =
                    inputs.stream().filter(input -> !input.abandoned()).toList();
            waiting(target.purpose()).add(target, wanted, timer.now());
        }
        return refusal;
    }

    /** Takes a batch; returns whether it did. */
    synchronized boolean add(Batch batch) {
        boolean taken = !closed && !batch.abandoned();
        if (taken) {
            open.add(batch);
            waiting(batch.purpose()).addLast(batch);
        }
        return taken;
    }

    private PendingWork waiting(Purpose purpose) {
        return purpose == Purpose.SEARCH ? queries : documents;
    }

    /** Makes calls of what may go; returns after how many nanoseconds to be back for more, 0 for no plan. */
    synchronized long take(List<Batch> ready) {
        while (!closed) {
            PendingWork waiting = queries.isEmpty() ? documents : queries;
            long now = timer.now();
            Next next = waiting.next(now, inFlight.size(), preparing, this::packer);
            long spared = breaker.delay(now);
            if (next == null || inFlight.size() >= next.limits().inFlight() || spared == ModelBreaker.UNTIL_OUTCOME) {
                return 0;
            }
            long wait = Math.max(spared, Math.max(next.delay(), pacer.delay(now, next.limits(), next.tokens())));
            if (wait > 0) {
                return plan(now + wait) ? wait : 0;
            }
            Batch batch = waiting.take(next, divider);
            open.add(batch);
            inFlight.add(batch);
            pacer.spend(now, next.limits(), batch.tokens());
            breaker.sent(batch);
            ready.add(batch);
        }
        return 0;
    }

    private BatchLimits packer(EmbeddingModel model) {
        return BatchLimits.of(model.limits(), pacer.limitTokens(), sizes.of(model));
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

    synchronized void wokeUp() {
        wakeUpPlanned = false;
    }

    /** Takes over what the service says of its limits in its answer to {@code batch}. */
    synchronized void observe(Batch batch, RateLimitHeaders limit) {
        long tokens = inFlight.stream()
                .filter(other -> other != batch)
                .mapToLong(Batch::tokens)
                .sum();
        pacer.observe(timer.now(), limit, Math.max(0, inFlight.size() - 1), tokens);
    }

    synchronized void succeeded(Batch batch) {
        inFlight.remove(batch);
        open.remove(batch);
        if (breaker.concerns(batch)) {
            breaker.answered();
        }
    }

    /**
     * Takes note of a failed attempt.
     *
     * @param attempts how many have failed
     * @param sentAt when this one began
     */
    synchronized Verdicts failed(Batch batch, Failure failure, int attempts, long sentAt) {
        inFlight.remove(batch);
        Runnable lost = judge(batch, failure, sentAt);
        boolean again = batch.retries(failure)
                && !batch.abandoned()
                && attempts <= batch.model().limits().retries()
                && open.contains(batch);
        if (failure.again() && breaker.concerns(batch)) { // again or not, the others wait
            pacer.hold(timer.now() + TimeUnit.MILLISECONDS.toNanos(failure.waitMillis()));
        }
        if (!again) {
            open.remove(batch);
        }
        return new Verdicts(again, lost);
    }

    /**
     * Tells the breaker. When it opens, all that waits fails but documents that were sent before: those share the fate of
     * the one call that is let through next. A call ended because nobody waited any longer says something about the service
     * only if it was a search's and had half the time of one. An answer that a text may have caused says nothing until
     * enough of them have come; then a harmless text is sent to find out.
     */
    private Runnable judge(Batch batch, Failure failure, long sentAt) {
        if (!breaker.concerns(batch)) {
            return () -> {};
        }
        long now = timer.now();
        long halfASearch = batch.model().limits().searchTimeout().nanos() / 2;
        boolean hadItsTime = batch.purpose() == Purpose.SEARCH && now - sentAt >= halfASearch;
        if (failure.kind() == FailureKind.ABANDONED && !hadItsTime) {
            breaker.withdrawn(batch);
            return () -> {};
        }
        if (failure.outage().isEmpty()) {
            breaker.answered();
            return () -> {};
        }
        boolean probe = breaker.isProbe(batch);
        if (failure.culprit() == Culprit.TEXT && !batch.harmless() && !probe) {
            return breaker.suspected(batch.model(), now) ? () -> divider.ask(batch.target()) : () -> {};
        }
        return breaker.unanswered(batch, failure, now)
                ? lose(left -> probe || left.purpose() == Purpose.SEARCH, model -> breaker.describe(model, now))
                : () -> {};
    }

    synchronized void sendAgain(Batch batch) {
        if (open.contains(batch)) { // closing, abandonment or the breaker may have ended it in the meantime
            waiting(batch.purpose()).addFirst(batch);
        }
    }

    synchronized void remove(Batch batch) {
        open.remove(batch);
    }

    /** Lets go of what nobody waits for any more; returns the batches among it. */
    synchronized List<Batch> dropAbandoned() {
        List<Batch> left = open.stream().filter(Batch::abandoned).toList();
        left.forEach(open::remove);
        queries.removeAbandoned();
        documents.removeAbandoned();
        return left;
    }

    /** Forgets everything; returns what tells all who wait. */
    synchronized Runnable close() {
        closed = true;
        inFlight.clear();
        return lose(batch -> true, DispatchState::closedFailure);
    }

    /** Forgets all inputs and some of the batches that are not in flight; returns what tells them. */
    private Runnable lose(Predicate<Batch> which, Function<EmbeddingModel, Failure> failure) {
        List<Batch> batches = open.stream()
                .filter(batch -> !inFlight.contains(batch) && which.test(batch))
                .toList();
        batches.forEach(open::remove);
        List<Runnable> tell = new ArrayList<>();
        batches.forEach(batch -> tell.add(() -> batch.fail(failure.apply(batch.model()))));
        for (PendingWork waiting : List.of(queries, documents)) {
            waiting.retain(open);
            waiting.clearInputs()
                    .forEach((target, inputs) ->
                            tell.add(() -> BatchBisector.fail(inputs, failure.apply(target.model()))));
        }
        return () -> RunAll.run(tell);
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

    private static Failure closedFailure(EmbeddingModel model) {
        return new FailureMapper(model).closed();
    }
}
