/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.embedding.Failure.Verdict;
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
 * Turns what went wrong with one call into words, a status and a verdict.
 *
 * <table>
 * <caption>The service's answer and what a client of OpenSearch sees</caption>
 * <tr><th>answer</th><th>status</th><th>sent again</th></tr>
 * <tr><td>408, 429, 5xx, timeout, no connection, a reply that ends in the middle</td><td>503, retryable</td><td>yes</td></tr>
 * <tr><td>429 insufficient_quota</td><td>503</td><td>no</td></tr>
 * <tr><td>400, 413, 422</td><td>400</td><td>in halves, to find the guilty input</td></tr>
 * <tr><td>401, 403, 404, redirects, other 4xx, an inside address, a bad certificate</td><td>400: a setting is wrong</td>
 *     <td>no</td></tr>
 * <tr><td>none, the breaker is open</td><td>503, retryable</td><td>no</td></tr>
 * <tr><td>a reply that does not add up</td><td>502</td><td>no</td></tr>
 * </table>
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
    private final Optional<ApiKey> key;

    FailureMapper(EmbeddingModel model, Optional<ApiKey> key) {
        this.model = model;
        this.key = key;
    }

    Failure status(int status, ServiceError error, long waitMillis, Batch batch) {
        String says = "answered [" + status + "]" + quote(error, batch);
        return switch (status) {
            case 400, 413, 422 ->
                Failure.of(new InputRefusedException(subject() + says), Verdict.REFUSED)
                        .as(FailureKind.REFUSED);
            case 401, 403 ->
                failure(
                                says + "; check [" + setting("api_key") + "] in the keystore",
                                RestStatus.BAD_REQUEST,
                                Verdict.FINAL)
                        .as(FailureKind.AUTHENTICATION);
            case 404 ->
                failure(
                                says + "; check [" + setting("url") + "] and [" + setting("id") + "]",
                                RestStatus.BAD_REQUEST,
                                Verdict.FINAL)
                        .as(FailureKind.SETTINGS);
            case 408, 429 -> busy(status, says, error, waitMillis);
            default ->
                status >= 500
                        ? busy(status, says, error, waitMillis)
                        : other(status, says).as(FailureKind.SETTINGS);
        };
    }

    private Failure busy(int status, String says, ServiceError error, long waitMillis) {
        if (error.code().equals("insufficient_quota")) {
            String hint = "; the account's quota is used up, waiting does not help";
            return failure(says + hint, RestStatus.SERVICE_UNAVAILABLE, Verdict.FINAL)
                    .as(FailureKind.QUOTA);
        }
        FailureKind kind = switch (status) {
            case 408 -> FailureKind.TIMEOUT;
            case 429 -> FailureKind.THROTTLED;
            default -> FailureKind.SERVER_ERROR;
        };
        String outage = kind == FailureKind.THROTTLED ? "" : "answered [" + status + "]";
        if (waitMillis > MAX_WAIT_MILLIS) {
            String hint = "; it asks to wait [" + waitMillis / 1000 + "] seconds, send the request again then";
            return new Failure(retryable(says + hint, null), Verdict.FINAL, waitMillis, kind, outage);
        }
        return new Failure(retryable(says, null), Verdict.RETRY, waitMillis, kind, outage);
    }

    private Failure other(int status, String says) {
        boolean redirect = status >= 300 && status < 400;
        String hint = redirect ? "; redirects are not followed, set [" + setting("url") + "] to the final address" : "";
        return failure(says + hint, RestStatus.BAD_REQUEST, Verdict.FINAL);
    }

    /** A reply of status 200 that reports an error. */
    Failure errorReply(ServiceError error, Batch batch) {
        return failure("answered [200] with an error" + quote(error, batch), RestStatus.BAD_GATEWAY, Verdict.FINAL)
                .as(FailureKind.BAD_REPLY);
    }

    Failure io(IOException e, Batch batch) {
        boolean late = e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException);
        if (batch.abandoned() && !late) {
            return abandoned(batch);
        }
        if (ExceptionsHelper.unwrap(e, InsideAddressException.class) instanceof InsideAddressException inside) {
            return failure("was not called: " + inside.getMessage(), RestStatus.BAD_REQUEST, Verdict.FINAL)
                    .as(FailureKind.SETTINGS);
        }
        if (e instanceof BadReplyException) {
            return failure("sent a reply that cannot be used: " + e.getMessage(), RestStatus.BAD_GATEWAY, Verdict.FINAL)
                    .as(FailureKind.BAD_REPLY);
        }
        if (ExceptionsHelper.unwrap(e, CertificateException.class) != null || e instanceof SSLPeerUnverifiedException) {
            return failure(
                            "has a certificate that is not trusted for it; an authority of your own goes into ["
                                    + CertificateAuthorities.FILES.getKey() + "]",
                            RestStatus.BAD_REQUEST,
                            Verdict.FINAL)
                    .as(FailureKind.SETTINGS);
        }
        String says = late
                ? "did not answer within [" + model.limits().timeout() + "] ([" + setting("timeout") + "])"
                : "could not be reached: " + e;
        FailureKind kind = late ? FailureKind.TIMEOUT : FailureKind.UNREACHABLE;
        return new Failure(retryable(says, e), Verdict.RETRY, 0, kind, says);
    }

    /** Ended here, and heard of by nobody; whether it tells of an outage depends on the time it had. */
    private Failure abandoned(Batch batch) {
        String outage = batch.purpose() == Purpose.SEARCH
                ? "did not answer a search in time ([" + setting("search_timeout") + "])"
                : "";
        return new Failure(
                retryable("was not waited for any longer", null), Verdict.FINAL, 0, FailureKind.ABANDONED, outage);
    }

    Failure unexpected(RuntimeException e) {
        String says = "could not be called: " + e.getClass().getSimpleName();
        return Failure.of(
                new EmbeddingException(subject() + says, RestStatus.INTERNAL_SERVER_ERROR, false, e), Verdict.FINAL);
    }

    /** Nothing came in the time that a request has. */
    EmbeddingException late(TimeValue time, String setting) {
        return retryable(
                "brought no vector within [" + time + "] ([" + setting(setting) + "]), all attempts together", null);
    }

    Failure closed() {
        return Failure.of(retryable("was not called: this node is shutting down", null), Verdict.FINAL)
                .as(FailureKind.CLOSED);
    }

    /** The breaker is open. */
    static Failure notCalled(EmbeddingModel model, String why) {
        FailureMapper mapper = new FailureMapper(model, Optional.empty());
        return Failure.of(mapper.retryable("is not called for now: " + why, null), Verdict.FINAL);
    }

    private EmbeddingException retryable(String says, Exception cause) {
        return new EmbeddingException(subject() + says, RestStatus.SERVICE_UNAVAILABLE, true, cause);
    }

    private Failure failure(String says, RestStatus status, Verdict verdict) {
        return Failure.of(new EmbeddingException(subject() + says, status, false, null), verdict);
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
        String clean =
                key.map(secret -> words.replace(secret.reveal(), "[key]")).orElse(words);
        for (String text : batch.texts()) {
            clean = text.length() < 4 ? clean : clean.replace(text, "[input]");
        }
        clean = KEYS.matcher(clean.substring(0, Math.min(4096, clean.length())))
                .replaceAll("[key]")
                .replaceAll("\\p{Cntrl}+", " ");
        return clean.length() <= MAX_MESSAGE ? clean : clean.substring(0, MAX_MESSAGE) + "...";
    }
}
