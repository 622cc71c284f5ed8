/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.EmbeddingModel;
import org.opensearch.common.unit.TimeValue;

/**
 * Spares a service that is down, and those who would wait for it. After {@code breaker_failures} calls in a row without an
 * answer it opens for {@code breaker_pause}; then a single call is let through, whose answer closes it and whose failure
 * opens it for another pause. Any answer counts as one, a refusal and a 429 too. Another URL starts closed.
 *
 * <p>Guarded by the lane. Times are those of its clock.
 */
final class ModelBreaker {

    /** The delay while the one call that is let through is under way: until that has its outcome. */
    static final long UNTIL_OUTCOME = Long.MAX_VALUE;

    private String url = "";
    private int failures;
    private int suspected;
    private boolean asking;
    private boolean open;
    private long failingSince;
    private long tryAgainAt;
    private Batch probe;
    private String reason = "";

    /** Whether calls go through: open, not, or one to find out. */
    enum State {
        CLOSED,
        OPEN,
        HALF_OPEN
    }

    /** Why a new request is not taken, or null where it is. */
    Failure refusal(EmbeddingModel model, long now) {
        if (!model.url().equals(url)) {
            url = model.url();
            closeAgain();
        }
        return delay(now) == 0 ? null : describe(model, now);
    }

    /** Tells those who fail because of it how long the service has been down, how, and when it is tried again. */
    Failure describe(EmbeddingModel model, long now) {
        String next =
                probe == null ? "it is tried again in [" + time(tryAgainAt - now) + "]" : "it is being tried again";
        return FailureMapper.notCalled(
                model,
                "[" + failures + "] calls in a row brought no answer, the first [" + time(now - failingSince)
                        + "] ago; at last it " + reason + "; " + next);
    }

    private static TimeValue time(long nanos) {
        return TimeValue.timeValueMillis(Math.max(0, nanos + 999_999) / 1_000_000);
    }

    /** Nanoseconds until a call may go. */
    long delay(long now) {
        if (!open) {
            return 0;
        }
        return probe != null ? UNTIL_OUTCOME : Math.max(0, tryAgainAt - now);
    }

    /** Whether a call is to the URL of now: one to a former URL says nothing of the service that took its place. */
    boolean concerns(Batch batch) {
        return batch.model().url().equals(url);
    }

    /** A call that goes although the breaker is open is the one that finds out. */
    void sent(Batch batch) {
        if (open && concerns(batch)) {
            probe = batch;
        }
    }

    /** Whether this is the one call that was let through. */
    boolean isProbe(Batch batch) {
        return probe == batch;
    }

    /** A call that was ended without having said anything: if it was to find out, the next one does. */
    void withdrawn(Batch batch) {
        if (isProbe(batch)) {
            probe = null;
        }
    }

    /**
     * Takes note of a failure that a text may have caused; returns whether to ask with a harmless one now. Nothing else
     * than the harmless one's failure makes it count.
     */
    boolean suspected(EmbeddingModel model, long now) {
        failingSince = failures + suspected == 0 ? now : failingSince;
        suspected++;
        int limit = model.limits().breakerFailures();
        boolean ask = !asking && limit > 0 && failures + suspected >= limit;
        asking |= ask;
        return ask;
    }

    void answered() {
        closeAgain();
    }

    /** Counts a call without an answer; returns whether the breaker has opened just now, for the first time or again. */
    boolean unanswered(Batch batch, Failure failure, long now) {
        EmbeddingModel model = batch.model();
        failingSince = failures + suspected == 0 ? now : failingSince;
        failures += batch.harmless() ? 1 + suspected : 1;
        if (batch.harmless()) {
            suspected = 0;
            asking = false;
        }
        boolean first = !open
                && model.limits().breakerFailures() > 0
                && failures >= model.limits().breakerFailures();
        boolean again = open && isProbe(batch);
        if (first || again) {
            open = true;
            asking = false;
            probe = null;
            reason = failure.outage();
            tryAgainAt = now + model.limits().breakerPause().nanos();
        }
        return first || again;
    }

    private void closeAgain() {
        failures = 0;
        suspected = 0;
        asking = false;
        open = false;
        probe = null;
    }

    State state(long now) {
        if (!open) {
            return State.CLOSED;
        }
        return probe != null || tryAgainAt - now <= 0 ? State.HALF_OPEN : State.OPEN;
    }
}
