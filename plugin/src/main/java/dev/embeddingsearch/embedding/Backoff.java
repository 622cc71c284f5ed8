/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next attempt: full jitter, that is anything from nothing to a bound that doubles with each
 * attempt. What the service asks for comes first, with a little jitter on top so that not all come back at once.
 */
record Backoff(DoubleSupplier random) {

    static final long FIRST_BOUND_MILLIS = 500;
    static final long LAST_BOUND_MILLIS = 30_000;

    /**
     * The wait in milliseconds.
     *
     * @param attempt how many attempts have failed, at least one
     * @param askedMillis what the service asks for, or 0
     */
    long millis(int attempt, long askedMillis) {
        if (askedMillis > 0) {
            return askedMillis + (long) (random.getAsDouble() * FIRST_BOUND_MILLIS);
        }
        long bound = Math.min(LAST_BOUND_MILLIS, FIRST_BOUND_MILLIS << Math.min(attempt - 1, 10));
        return (long) (random.getAsDouble() * bound);
    }
}
