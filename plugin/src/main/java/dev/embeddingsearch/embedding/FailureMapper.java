/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.ApiKey;
import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.stats.FailureKind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.opensearch.ExceptionsHelper;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.rest.RestStatus;

/**
 * Turns what went wrong with one call into words, a status and what to do about it.
 *
 * <p>Statuses of OpenSearch: 400 for what a setting or a text is the cause of, 503 for what may pass, 502 for replies that
 * cannot be used. {@link Culprit} says what is sent again.
 *
 * <p>The service's own message is passed on, for it names the cause, where the call had a single input: it may quote that in
 * any form, and only those who sent it hear of it. Of a call with several inputs, which may be those of several requests,
 * only the error's code is. A verbatim input is taken out, the rest is cut to a bounded length. Keys, also half masked,
 * never pass.
 */
final class FailureMapper {

    static final int MAX_MESSAGE = 300;

    /** A wait longer than this is not waited for. */
    static final long MAX_WAIT_MILLIS = 300_000;

    private static final Pattern KEYS = Pattern.compile("\\bsk-\\S+|\\S*\\*{3,}\\S*");

    private final EmbeddingModel model;
    private final Credentials credentials;

    /**
     * What a call is made with.
     *
     * @param key the model's key on this node, if it has one
     * @param node the name of this node
     */
    record Credentials(Optional<ApiKey> key, String node) {

        static final Credentials NONE = new Credentials(Optional.empty(), "");
    }

    FailureMapper(EmbeddingModel model, Credentials credentials) {
        this.model = model;
        this.credentials = credentials;
    }

    /** For failures that come from no call. */
    FailureMapper(EmbeddingModel model) {
        this(model, Credentials.NONE);
    }

    Failure status(int status, ServiceError error, long waitMillis, Batch batch) {
        String says = "answered [" + status + "]" + quote(error, batch);
        Culprit culprit = Culprit.of(status);
        if (status == 402 || error.code().equals("insufficient_quota")) {
            String hint = "; the account's quota is used up, waiting does not help";
            return failure(says + hint, RestStatus.SERVICE_UNAVAILABLE, Culprit.SERVICE, FailureKind.QUOTA);
        }
        if (culprit == Culprit.CALL) {
            return setting(status, says);
        }
        return Culprit.mayPass(status)
                ? busy(status, says, waitMillis)
                : Failure.of(new InputRefusedException(subject() + says), culprit, FailureKind.REFUSED);
    }

    private Failure setting(int status, String says) {
        FailureKind kind = status == 401 || status == 403 ? FailureKind.AUTHENTICATION : FailureKind.SETTINGS;
        return failure(says + hint(status), RestStatus.BAD_REQUEST, Culprit.CALL, kind);
    }

    private String hint(int status) {
        return switch (status) {
            case 401, 403 ->
                credentials.key().isPresent()
                        ? "; check [" + setting("api_key") + "] in the keystore of node [" + credentials.node() + "]"
                        : "; no key was sent: add [" + setting("api_key") + "] to the keystore of node ["
                                + credentials.node() + "]";
            case 404 -> "; check [" + setting("url") + "] and [" + setting("id") + "]";
            default ->
                status >= 300 && status < 400
                        ? "; redirects are not followed, set [" + setting("url") + "] to the final address"
                        : "";
        };
    }

    private Failure busy(int status, String says, long waitMillis) {
        FailureKind kind = switch (status) {
            case 408 -> FailureKind.TIMEOUT;
            case 409, 425, 429 -> FailureKind.THROTTLED;
            default -> FailureKind.SERVER_ERROR;
        };
        String outage = kind == FailureKind.THROTTLED ? "" : "answered [" + status + "]";
        if (waitMillis > MAX_WAIT_MILLIS) {
            String hint = "; it asks to wait [" + waitMillis / 1000 + "] seconds, send the request again then";
            return new Failure(retryable(says + hint, null), Culprit.SERVICE, false, waitMillis, kind, outage);
        }
        return new Failure(retryable(says, null), Culprit.of(status), true, waitMillis, kind, outage);
    }

    /** A reply of status 200 that reports an error. */
    Failure errorReply(ServiceError error, Batch batch) {
        String says = "answered [200] with an error" + quote(error, batch);
        return failure(says, RestStatus.BAD_GATEWAY, Culprit.TEXT, FailureKind.BAD_REPLY);
    }

    /** A reply that lacks what it promises, for all texts of the call or some. */
    Failure badReply(BadReplyException e) {
        String says = "sent a reply that cannot be used: " + e.getMessage();
        return failure(says, RestStatus.BAD_GATEWAY, e.culprit(), FailureKind.BAD_REPLY);
    }

    Failure io(IOException e, Batch batch) {
        boolean late = e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException);
        if (batch.abandoned() && !late) {
            return abandoned(batch);
        }
        if (ExceptionsHelper.unwrap(e, InsideAddressException.class) instanceof InsideAddressException inside) {
            return failure(
                    "was not called: " + inside.getMessage(),
                    RestStatus.BAD_REQUEST,
                    Culprit.CALL,
                    FailureKind.SETTINGS);
        }
        if (e instanceof BadReplyException reply) {
            return badReply(reply);
        }
        if (ExceptionsHelper.unwrap(e, CertificateException.class) != null || e instanceof SSLPeerUnverifiedException) {
            return failure(
                    "has a certificate that is not trusted for it; an authority of your own goes into ["
                            + CertificateAuthorities.FILES.getKey() + "]",
                    RestStatus.BAD_REQUEST,
                    Culprit.CALL,
                    FailureKind.SETTINGS);
        }
        String says = late
                ? "did not answer within [" + model.limits().timeout() + "] ([" + setting("timeout") + "])"
                : "could not be reached: " + e;
        FailureKind kind = late ? FailureKind.TIMEOUT : FailureKind.UNREACHABLE;
        return new Failure(retryable(says, e), Culprit.SERVICE, true, 0, kind, says);
    }

    /** Ended here, and heard of by nobody; whether it tells of an outage depends on the time it had. */
    private Failure abandoned(Batch batch) {
        String outage = batch.purpose() == Purpose.SEARCH
                ? "did not answer a search in time ([" + setting("search_timeout") + "])"
                : "";
        return new Failure(
                retryable("was not waited for any longer", null),
                Culprit.SERVICE,
                false,
                0,
                FailureKind.ABANDONED,
                outage);
    }

    Failure unexpected() {
        return unexpected(new IllegalStateException("a fault on this side"));
    }

    Failure unexpected(RuntimeException e) {
        String says = "could not be called: " + e.getClass().getSimpleName();
        return Failure.of(
                new EmbeddingException(subject() + says, RestStatus.INTERNAL_SERVER_ERROR, false, e),
                Culprit.CALL,
                FailureKind.UNEXPECTED);
    }

    /**
     * Nothing came in the time that a request has.
     *
     * @param last how the last attempt failed, or null if none has
     */
    EmbeddingException late(TimeValue time, String setting, EmbeddingException last) {
        String says = "brought no vector within [" + time + "] ([" + setting(setting) + "]), all attempts together";
        return retryable(last == null ? says : says + "; the last one: it " + predicate(last), last);
    }

    /** What a message says of the service, which the message around it names already. */
    private String predicate(EmbeddingException last) {
        String message = last.getMessage();
        return message.startsWith(subject()) ? message.substring(subject().length()) : message;
    }

    Failure closed() {
        return Failure.of(
                retryable("was not called: this node is shutting down", null), Culprit.SERVICE, FailureKind.CLOSED);
    }

    /** The breaker is open. */
    static Failure notCalled(EmbeddingModel model, String why) {
        return Failure.of(
                new FailureMapper(model).retryable("is not called for now: " + why, null),
                Culprit.SERVICE,
                FailureKind.UNEXPECTED);
    }

    private EmbeddingException retryable(String says, Exception cause) {
        return new EmbeddingException(subject() + says, RestStatus.SERVICE_UNAVAILABLE, true, cause);
    }

    private Failure failure(String says, RestStatus status, Culprit culprit, FailureKind kind) {
        return Failure.of(new EmbeddingException(subject() + says, status, false, null), culprit, kind);
    }

    private String subject() {
        return "the service of model [" + model.name() + "] at [" + model.url() + "] ";
    }

    private String setting(String key) {
        return "embedding.model." + model.name() + "." + key;
    }

    private String quote(ServiceError error, Batch batch) {
        String code = error.code().isEmpty() ? "" : " [" + clean(error.code(), batch) + "]";
        boolean silent = error.message().isEmpty() || batch.inputs().size() > 1;
        return silent ? code : code + ": " + clean(error.message(), batch);
    }

    private String clean(String words, Batch batch) {
        String clean = credentials
                .key()
                .map(secret -> words.replace(secret.reveal(), "[key]"))
                .orElse(words);
        for (String text : batch.texts()) {
            clean = text.length() < 4 ? clean : clean.replace(text, "[input]");
        }
        clean = KEYS.matcher(clean.substring(0, Math.min(4096, clean.length())))
                .replaceAll("[key]")
                .replaceAll("\\p{Cntrl}+", " ");
        return clean.length() <= MAX_MESSAGE ? clean : clean.substring(0, MAX_MESSAGE) + "...";
    }
}
