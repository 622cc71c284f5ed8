/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.InputRefusedException;
import dev.embeddingsearch.stats.FailureKind;

/**
 * Why a call returned no vectors, and what its sender should do about it.
 *
 * @param exception what the user sees
 * @param culprit what may be at fault
 * @param again whether the same call may succeed when it is sent again
 * @param waitMillis for how long the service asks to wait before the next call; 0 if it does not ask
 * @param kind the counter in the statistics
 * @param outage what this failure says about the availability of the service, in words that quote no text; empty if the
 *     service has answered
 */
public record Failure(
        EmbeddingException exception,
        Culprit culprit,
        boolean again,
        long waitMillis,
        FailureKind kind,
        String outage) {

    /** A failure that would repeat if the call were sent again. */
    static Failure permanent(EmbeddingException exception, Culprit culprit, FailureKind kind) {
        return new Failure(exception, culprit, false, 0, kind, "");
    }

    /** Whether the service has refused the call because of its content. */
    public boolean refusal() {
        return kind == FailureKind.REFUSED;
    }

    /**
     * This failure of a call with a single text, blamed on the text after the service has answered for another text.
     */
    public Failure ofText() {
        String says = refusal()
                ? exception.getMessage()
                : exception.getMessage() + "; it answers for other texts, so this one is the cause";
        return permanent(new InputRefusedException(says), Culprit.TEXT, kind);
    }
}
