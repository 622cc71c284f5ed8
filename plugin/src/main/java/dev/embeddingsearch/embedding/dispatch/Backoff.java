/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import java.util.function.DoubleSupplier;

/**
 * Pauses before a retry with full jitter: uniform between 0 and a bound that doubles with each attempt. If the service
 * asks for a pause, that pause is used, plus a little jitter so that clients do not return at the same moment.
 *
 * <p>See Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
record Backoff(DoubleSupplier random) {

    static final long FIRST_BOUND_MILLIS = 500;
    static final long LAST_BOUND_MILLIS = 30_000;

    /**
     * The pause in milliseconds.
     *
     * @param attempt how many attempts have failed, at least 1
     * @param askedMillis the pause that the service asks for, or 0
     */
    long millis(int attempt, long askedMillis) {
        if (askedMillis > 0) {
            return askedMillis + (long) (random.getAsDouble() * FIRST_BOUND_MILLIS);
        }
        long bound = Math.min(LAST_BOUND_MILLIS, FIRST_BOUND_MILLIS << Math.min(attempt - 1, 10));
        return (long) (random.getAsDouble() * bound);
    }
}
