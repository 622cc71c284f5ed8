/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.io.IOException;

/** A reply that is not what the API promises; nothing of it is used. */
final class BadReplyException extends IOException {

    private final Culprit culprit;

    /** One that a text may have caused. */
    BadReplyException(String message) {
        this(message, Culprit.TEXT);
    }

    BadReplyException(String message, Culprit culprit) {
        super(message);
        this.culprit = culprit;
    }

    Culprit culprit() {
        return culprit;
    }
}
