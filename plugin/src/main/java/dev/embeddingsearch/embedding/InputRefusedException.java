/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import org.opensearch.core.rest.RestStatus;

/** The service took offence at an input: the same text will be refused again, another one may pass. */
public final class InputRefusedException extends EmbeddingException {

    public InputRefusedException(String message) {
        super(message, RestStatus.BAD_REQUEST, false, null);
    }
}
