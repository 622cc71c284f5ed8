/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

/** Receives the outcome of one {@link EmbeddingsCall}: one of the first three methods is called, once. */
public interface CallListener {

    /** All vectors, in the order of the texts. */
    void vectors(float[][] vectors);

    /** The vectors of some texts, in the order of the texts, with {@code null} for each text that failed. */
    default void someVectors(float[][] vectors, Failure ofOthers) {
        failure(ofOthers);
    }

    /** No vectors. */
    void failure(Failure failure);

    /** The rate limits in the headers of the response, before its outcome. */
    default void rateLimit(RateLimitHeaders limit) {}
}
