/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import java.io.IOException;

/** A reply, or one entry of it, that violates the API and cannot be used. */
final class BadReplyException extends IOException {

    private final Culprit culprit;

    /** A violation that one of the texts may have caused. */
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
