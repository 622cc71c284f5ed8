/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

/** A response of status 200 whose body reports an error. */
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
