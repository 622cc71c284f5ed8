/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.http.Failure;
import dev.embeddingsearch.embedding.http.ModelFailures;
import dev.embeddingsearch.model.EmbeddingModel;
import org.opensearch.common.unit.TimeValue;

/**
 * A circuit breaker: no calls go to a service that is down, and requests to it fail at once. After {@code
 * breaker_failures} calls in a row without an answer it opens for {@code breaker_pause}. Then it sends a single call,
 * the probe, whose answer closes it and whose failure opens it for another pause. Any response that shows that the
 * service works counts as an answer, including refusals and status 429. A change of the URL closes the breaker.
 *
 * <p>Guarded by {@link DispatchState}. Times are nanoseconds of its clock.
 */
final class ModelBreaker {

    /** The delay while the probe is in flight: until its outcome. */
    static final long UNTIL_OUTCOME = Long.MAX_VALUE;

    private String url = "";
    private int failures;
    private int suspected;
    private boolean harmlessSent;
    private boolean open;
    private long failingSince;
    private long tryAgainAt;
    private Batch probe;
    private String reason = "";

    /** CLOSED: calls go; OPEN: none; HALF_OPEN: only the probe. */
    enum State {
        CLOSED,
        OPEN,
        HALF_OPEN
    }

    /** Why a new request fails at once, or null if it does not. */
    Failure refusal(EmbeddingModel model, long now) {
        if (!model.url().equals(url)) {
            url = model.url();
            closeAgain();
        }
        return delay(now) == 0 ? null : describe(model, now);
    }

    /**
     * The failure of texts that are not sent: since when and how the service has failed, and when it is tried again.
     */
    Failure describe(EmbeddingModel model, long now) {
        String next =
                probe == null ? "it is tried again in [" + time(tryAgainAt - now) + "]" : "it is being tried again";
        return new ModelFailures(model)
                .notCalled("[" + failures + "] calls in a row brought no answer, the first [" + time(now - failingSince)
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

    /** Whether a call goes to the present URL; one to a former URL says nothing about the present service. */
    boolean isFor(Batch batch) {
        return batch.model().url().equals(url);
    }

    /** Registers a call; the one that goes while the breaker is open is the probe. */
    void sent(Batch batch) {
        if (open && isFor(batch)) {
            probe = batch;
        }
    }

    boolean isProbe(Batch batch) {
        return probe == batch;
    }

    /**
     * Registers a call that was cancelled without a conclusion. If it was the probe, the next call becomes the probe.
     */
    void withdrawn(Batch batch) {
        if (isProbe(batch)) {
            probe = null;
        }
    }

    /**
     * Registers a failure that a text may have caused. It counts only once a harmless text has failed as well.
     *
     * @return whether to send a harmless text now
     */
    boolean suspect(EmbeddingModel model, long now) {
        failingSince = failures + suspected == 0 ? now : failingSince;
        suspected++;
        int limit = model.limits().breakerFailures();
        boolean sendNow = !harmlessSent && limit > 0 && failures + suspected >= limit;
        harmlessSent |= sendNow;
        return sendNow;
    }

    void answered() {
        closeAgain();
    }

    /** Registers a call without an answer; returns whether it has opened the breaker, for the first time or again. */
    boolean unanswered(Batch batch, Failure failure, long now) {
        EmbeddingModel model = batch.model();
        failingSince = failures + suspected == 0 ? now : failingSince;
        failures += batch.harmless() ? 1 + suspected : 1;
        if (batch.harmless()) {
            suspected = 0;
            harmlessSent = false;
        }
        boolean first = !open
                && model.limits().breakerFailures() > 0
                && failures >= model.limits().breakerFailures();
        boolean again = open && isProbe(batch);
        if (first || again) {
            open = true;
            harmlessSent = false;
            probe = null;
            reason = failure.outage();
            tryAgainAt = now + model.limits().breakerPause().nanos();
        }
        return first || again;
    }

    private void closeAgain() {
        failures = 0;
        suspected = 0;
        harmlessSent = false;
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
