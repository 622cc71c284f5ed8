/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.stats.FailureKind;

/**
 * Why a call brought no vectors, and what to do about it.
 *
 * @param culprit whose fault it may be
 * @param again whether the same call may be answered when it is sent again
 * @param waitMillis how long the service asks to wait before the next call, 0 if it does not say
 * @param kind what it is counted as
 * @param outage how the service is down as far as one call can tell, in words that quote nobody; empty where it is not
 */
record Failure(
        EmbeddingException exception,
        Culprit culprit,
        boolean again,
        long waitMillis,
        FailureKind kind,
        String outage) {

    /** A failure that nothing helps against. */
    static Failure of(EmbeddingException exception, Culprit culprit, FailureKind kind) {
        return new Failure(exception, culprit, false, 0, kind, "");
    }

    /** Whether the service refused what it was sent, in so many words. */
    boolean refusal() {
        return kind == FailureKind.REFUSED;
    }

    /** This failure, of a call with one text, after the service has answered another one. */
    Failure ofText() {
        String says = refusal()
                ? exception.getMessage()
                : exception.getMessage() + "; it answers for other texts, so this one is the cause";
        return of(new InputRefusedException(says), Culprit.TEXT, kind);
    }
}
