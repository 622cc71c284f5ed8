/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.http.RateLimitHeaders;
import dev.embeddingsearch.model.EmbeddingModel.Limits;

/**
 * Delays calls to respect the configured requests and tokens per minute, pauses that the service asks for, and the
 * limits in the headers of its responses.
 *
 * <p>The configured limits are two token buckets, for requests and for tokens. They fill evenly and hold one second's
 * worth, at least one request. A call may go while no bucket is in debt and then withdraws all it needs: a call larger
 * than the bucket is paid for by the wait after it. In any {@code t} minutes fewer than {@code rate * (t + 1/60)}
 * requests or tokens pass, plus one call.
 *
 * <p>The limits in the headers hold until the next response or until their reset. Calls that are in flight when they
 * arrive are subtracted, because the service may or may not have counted them.
 *
 * <p>Not thread-safe. All times are nanoseconds of one monotonic clock.
 */
final class RateLimiter {

    private static final double NANOS_PER_MINUTE = 60e9;

    private final Bucket requests;
    private final Bucket tokens;
    private final RemoteLimit remoteRequests = new RemoteLimit();
    private final RemoteLimit remoteTokens = new RemoteLimit();
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

    /** Withdraws a call that goes now. */
    void spend(long now, Limits limits, int callTokens) {
        requests.spend(now, limits.requestsPerMinute(), 1);
        tokens.spend(now, limits.tokensPerMinute(), callTokens);
        remoteRequests.spend(1);
        remoteTokens.spend(callTokens);
    }

    /**
     * Adopts the limits in the headers of a response.
     *
     * @param otherCalls other calls in flight
     * @param otherTokens tokens of these calls
     */
    void observe(long now, RateLimitHeaders limit, int otherCalls, long otherTokens) {
        remoteRequests.observe(now, limit.requests(), otherCalls);
        remoteTokens.observe(now, limit.tokens(), otherTokens);
        if (limit.limitTokens() > 0) {
            limitTokens = limit.limitTokens();
        }
    }

    /** Most tokens that the service accepts between two resets; {@link Long#MAX_VALUE} if it has not said so. */
    long limitTokens() {
        return limitTokens;
    }

    /** Delays all calls until {@code until}. */
    void hold(long until) {
        if (until - heldUntil > 0) {
            heldUntil = until;
        }
    }

    /** The rest of a bucket of the service, by its headers. */
    private static final class RemoteLimit {

        private boolean known;
        private long left;
        private long until;

        void observe(long now, RateLimitHeaders.Left limit, long inFlight) {
            if (limit.known()) {
                known = true;
                left = limit.count() - inFlight;
                until = now + limit.nanos();
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

    /** A token bucket, represented by the moment at which it is full; debt moves that moment further away. */
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

        /**
         * The time to fill the bucket: one second less one request. With less than one request per second it is 0,
         * since the request itself is the debt.
         */
        private static long capacityNanos(int rate) {
            return rate >= 60 ? 1_000_000_000L - (long) (NANOS_PER_MINUTE / rate) : 0;
        }
    }
}
