/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.stats.FailureKind;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.rest.RestStatus;

/** Failures of texts of one model for which no response is the reason, such as a shutdown or a deadline. */
public sealed class ModelFailures permits FailureMapper {

    private final EmbeddingModel model;

    public ModelFailures(EmbeddingModel model) {
        this.model = model;
    }

    final EmbeddingModel model() {
        return model;
    }

    /** This node is shutting down. */
    public final Failure closed() {
        return Failure.permanent(
                retryable("was not called: this node is shutting down", null), Culprit.SERVICE, FailureKind.CLOSED);
    }

    /** The circuit breaker of the model is open. */
    public final Failure notCalled(String why) {
        return Failure.permanent(
                retryable("is not called for now: " + why, null), Culprit.SERVICE, FailureKind.UNEXPECTED);
    }

    /** A bug of this plugin. */
    public final Failure unexpected() {
        return unexpected(new IllegalStateException("a fault on this side"));
    }

    final Failure unexpected(RuntimeException e) {
        String says = "could not be called: " + e.getClass().getSimpleName();
        return Failure.permanent(
                new EmbeddingException(subject() + says, RestStatus.INTERNAL_SERVER_ERROR, false, e),
                Culprit.CALL,
                FailureKind.UNEXPECTED);
    }

    /**
     * No vector arrived in the time that a request has.
     *
     * @param setting the setting of the model that gives the time
     * @param last how the last attempt failed, or null if no attempt has failed
     */
    public final EmbeddingException late(TimeValue time, String setting, EmbeddingException last) {
        String says = "brought no vector within [" + time + "] ([" + setting(setting) + "]), all attempts together";
        return retryable(last == null ? says : says + "; the last one: it " + predicate(last), last);
    }

    /** The message of an attempt without its subject, which the message around it names already. */
    private String predicate(EmbeddingException last) {
        String message = last.getMessage();
        return message.startsWith(subject()) ? message.substring(subject().length()) : message;
    }

    final EmbeddingException retryable(String says, Exception cause) {
        return new EmbeddingException(subject() + says, RestStatus.SERVICE_UNAVAILABLE, true, cause);
    }

    /** How each message begins. */
    final String subject() {
        return "the service of model [" + model.name() + "] at [" + model.url() + "] ";
    }

    final String setting(String key) {
        return "embedding.model." + model.name() + "." + key;
    }
}
