/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.core.rest.RestStatus;

/** The embedding service has failed. The status is the one for the client of OpenSearch. */
public class EmbeddingException extends OpenSearchStatusException {

    private final boolean retryable;

    /**
     * @param retryable whether the same request may succeed later
     */
    public EmbeddingException(String message, RestStatus status, boolean retryable, Throwable cause) {
        super(message, status, cause);
        this.retryable = retryable;
    }

    public boolean retryable() {
        return retryable;
    }
}
