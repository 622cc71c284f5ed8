/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.EmbeddingModel.Limits;

/**
 * Keeps to requests and tokens a minute, and to pauses the service asks for.
 *
 * <p>Two buckets fill evenly and hold one second's worth, the one for requests at least one request. A call may go while
 * neither is in debt, and then takes all it needs: a call larger than the bucket is paid for by the wait after it. In
 * any span of time {@code t} minutes long less than {@code rate * (t + 1/60)} plus one call pass.
 *
 * <p>Not thread-safe. All times are those of one nanosecond clock.
 */
final class Pacer {

    private static final double NANOS_PER_MINUTE = 60e9;

    private final Bucket requests;
    private final Bucket tokens;
    private long heldUntil;

    Pacer(long now) {
        requests = new Bucket(now);
        tokens = new Bucket(now);
        heldUntil = now;
    }

    /** Nanoseconds until the next call may go; 0 for at once. */
    long delay(long now, Limits limits) {
        long wait = Math.max(heldUntil - now, requests.delay(now, limits.requestsPerMinute()));
        return Math.max(0, Math.max(wait, tokens.delay(now, limits.tokensPerMinute())));
    }

    /** Books a call that goes now. */
    void spend(long now, Limits limits, int callTokens) {
        requests.spend(now, limits.requestsPerMinute(), 1);
        tokens.spend(now, limits.tokensPerMinute(), callTokens);
    }

    /** Lets nothing go before {@code until}. */
    void hold(long until) {
        if (until - heldUntil > 0) {
            heldUntil = until;
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
