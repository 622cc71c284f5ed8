/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

/** Hears what became of a batch: one of the first three, once. */
interface BatchListener {

    /** One vector an input, in the order of the inputs. */
    void vectors(float[][] vectors);

    /** Vectors of some inputs, {@code null} for the others, which failed. */
    default void some(float[][] vectors, Failure others) {
        failure(others);
    }

    void failure(Failure failure);

    /** What the service says of its limits, before the outcome of the same call. */
    default void rateLimit(RateLimitHeaders limit) {}

    /** Whether nobody waits for it any more. */
    boolean abandoned();
}
