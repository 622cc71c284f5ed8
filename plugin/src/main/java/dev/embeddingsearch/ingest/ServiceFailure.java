/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.InputRefusedException;
import org.opensearch.core.rest.RestStatus;

/** Distinguishes failures of a service, which may be temporary, from failures of a document. */
final class ServiceFailure {

    private ServiceFailure() {}

    static boolean is(Exception failure) {
        return failure instanceof EmbeddingException && !(failure instanceof InputRefusedException);
    }

    /**
     * A reason that can be stored in a mark. It has none of the service's words, which may quote a text of another document in
     * the same call. There are few different ones, so that marks can be counted by reason.
     */
    static String reason(String model, Exception failure) {
        return failure instanceof EmbeddingException service
                ? "model [" + model + "]: " + says(service) + " ["
                        + service.status().getStatus() + "]"
                : failure.getMessage();
    }

    private static String says(EmbeddingException failure) {
        if (failure instanceof InputRefusedException) {
            return "its service refuses the text";
        }
        RestStatus status = failure.status();
        if (status == RestStatus.SERVICE_UNAVAILABLE) {
            return failure.retryable()
                    ? "its service cannot be reached, is busy or is too slow"
                    : "the quota of its account is used up";
        }
        return switch (status) {
            case BAD_REQUEST -> "its service refuses the key, the address or the model id";
            case BAD_GATEWAY -> "its service sends replies that cannot be used";
            default -> "its service could not be called";
        };
    }
}
