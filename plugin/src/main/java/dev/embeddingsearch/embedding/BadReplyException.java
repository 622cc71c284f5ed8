/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.io.IOException;

/** A reply that is not what the API promises; nothing of it is used. */
final class BadReplyException extends IOException {

    BadReplyException(String message) {
        super(message);
    }
}
