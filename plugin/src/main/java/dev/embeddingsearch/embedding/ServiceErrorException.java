/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

/** A reply with a status of success that reports an error. */
final class ServiceErrorException extends Exception {

    private final transient ServiceError error;

    ServiceErrorException(ServiceError error) {
        super("the reply is an error");
        this.error = error;
    }

    ServiceError error() {
        return error;
    }
}
