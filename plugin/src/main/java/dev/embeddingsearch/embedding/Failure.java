/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.stats.FailureKind;

/**
 * Why a call brought no vectors, and what to do about it.
 *
 * @param waitMillis how long the service asks to wait before the next call, 0 if it does not say
 * @param kind what it is counted as
 * @param outage how the service is down as far as one call can tell, in words that quote nobody; empty where it is not
 */
record Failure(EmbeddingException exception, Verdict verdict, long waitMillis, FailureKind kind, String outage) {

    enum Verdict {
        /** May succeed when sent again. */
        RETRY,
        /** The service took offence at the request's content: one of the inputs may be the cause. */
        REFUSED,
        /** Nothing will help. */
        FINAL
    }

    static Failure of(EmbeddingException exception, Verdict verdict) {
        return new Failure(exception, verdict, 0, FailureKind.UNEXPECTED, "");
    }

    Failure as(FailureKind other) {
        return new Failure(exception, verdict, waitMillis, other, outage);
    }
}
