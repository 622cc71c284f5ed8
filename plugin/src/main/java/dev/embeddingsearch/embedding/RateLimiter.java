/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.EmbeddingModel.Limits;

/**
 * Keeps to requests and tokens a minute, to pauses the service asks for, and to what it says is left.
 *
 * <p>Two buckets fill evenly and hold one second's worth, the one for requests at least one request. A call may go while
 * neither is in debt, and then takes all it needs: a call larger than the bucket is paid for by the wait after it. In
 * any span of time {@code t} minutes long less than {@code rate * (t + 1/60)} plus one call pass.
 *
 * <p>What the service says is left counts until it says otherwise or the time it gives has passed. Calls that are under
 * way when it says so are taken off: whether it has counted them already nobody knows.
 *
 * <p>Not thread-safe. All times are those of one nanosecond clock.
 */
final class RateLimiter {

    private static final double NANOS_PER_MINUTE = 60e9;

    private final Bucket requests;
    private final Bucket tokens;
    private final Remote remoteRequests = new Remote();
    private final Remote remoteTokens = new Remote();
    private long limitTokens = Long.MAX_VALUE;
    private long heldUntil;

    RateLimiter(long now) {
        requests = new Bucket(now);
        tokens = new Bucket(now);
        heldUntil = now;
    }

    /** Nanoseconds until the next call may go; 0 for at once. */
    long delay(long now, Limits limits, int callTokens) {
        long wait = Math.max(heldUntil - now, requests.delay(now, limits.requestsPerMinute()));
        wait = Math.max(wait, tokens.delay(now, limits.tokensPerMinute()));
        wait = Math.max(wait, Math.max(remoteRequests.delay(now, 1), remoteTokens.delay(now, callTokens)));
        return Math.max(0, wait);
    }

    /** Books a call that goes now. */
    void spend(long now, Limits limits, int callTokens) {
        requests.spend(now, limits.requestsPerMinute(), 1);
        tokens.spend(now, limits.tokensPerMinute(), callTokens);
        remoteRequests.spend(1);
        remoteTokens.spend(callTokens);
    }

    /**
     * Takes over what the service says.
     *
     * @param otherCalls how many calls are under way besides the one that it answers
     * @param otherTokens how many tokens these have
     */
    void observe(long now, RateLimitHeaders limit, int otherCalls, long otherTokens) {
        remoteRequests.observe(now, limit.requests(), otherCalls);
        remoteTokens.observe(now, limit.tokens(), otherTokens);
        if (limit.limitTokens() > 0) {
            limitTokens = limit.limitTokens();
        }
    }

    /** More tokens than the service takes in its whole span of time; {@link Long#MAX_VALUE} if it has not said. */
    long limitTokens() {
        return limitTokens;
    }

    /** Lets nothing go before {@code until}. */
    void hold(long until) {
        if (until - heldUntil > 0) {
            heldUntil = until;
        }
    }

    /** What the service says is left of its own bucket. */
    private static final class Remote {

        private boolean known;
        private long left;
        private long until;

        void observe(long now, RateLimitHeaders.Left said, long underWay) {
            if (said.known()) {
                known = true;
                left = said.count() - underWay;
                until = now + said.nanos();
            }
        }

        long delay(long now, long need) {
            known &= until - now > 0;
            return known && left < need ? until - now : 0;
        }

        void spend(long amount) {
            left -= amount;
        }
    }

    /** A bucket as the moment at which it is full; debt puts that moment further off. */
    private static final class Bucket {

        private long fullAt;

        Bucket(long now) {
            fullAt = now;
        }

        long delay(long now, int rate) {
            return rate == 0 ? 0 : fullAt - now - capacityNanos(rate);
        }

        void spend(long now, int rate, int amount) {
            if (rate > 0) {
                fullAt = Math.max(0, fullAt - now) + now + (long) (amount * (NANOS_PER_MINUTE / rate));
            }
        }

        /** One second; with less than one call a second, next to nothing, since the call itself is the debt. */
        private static long capacityNanos(int rate) {
            return rate >= 60 ? 1_000_000_000L - (long) (NANOS_PER_MINUTE / rate) : 0;
        }
    }
}
