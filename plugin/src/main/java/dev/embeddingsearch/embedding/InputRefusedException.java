/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import org.opensearch.core.rest.RestStatus;

/** The service has refused a text: the same text would be refused again, other texts may succeed. */
public final class InputRefusedException extends EmbeddingException {

    public InputRefusedException(String message) {
        super(message, RestStatus.BAD_REQUEST, false, null);
    }
}
