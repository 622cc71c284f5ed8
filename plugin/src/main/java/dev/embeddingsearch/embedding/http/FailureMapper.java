/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.InputRefusedException;
import dev.embeddingsearch.embedding.Purpose;
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
import org.opensearch.core.rest.RestStatus;

/**
 * Maps the failure of one call to a message, a status and a verdict on retries.
 *
 * <p>The status is 400 if a setting or a text is the cause, 503 if the failure may pass, and 502 for an unusable reply.
 * {@link Culprit} decides what is sent again.
 *
 * <p>Messages of the service name the cause, but may quote a text in any form. So the message of a service is passed on
 * only for a call with a single text, which only the requests for this text receive; for a call with several texts,
 * which may come from several requests, only the error code is passed on. A text that is quoted verbatim is replaced,
 * and the rest is cut at {@value #MAX_MESSAGE} characters. Keys are always replaced, also half masked ones.
 */
final class FailureMapper extends ModelFailures {

    static final int MAX_MESSAGE = 300;

    /** If a service asks for a longer wait, the text fails at once. */
    static final long MAX_WAIT_MILLIS = 300_000;

    private static final Pattern KEYS = Pattern.compile("\\bsk-\\S+|\\S*\\*{3,}\\S*");

    private final Credentials credentials;

    /**
     * With which key a call is made.
     *
     * @param key the model's key on this node, if it has one
     * @param node the name of this node
     */
    record Credentials(Optional<ApiKey> key, String node) {}

    FailureMapper(EmbeddingModel model, Credentials credentials) {
        super(model);
        this.credentials = credentials;
    }

    /** A response whose status is not 200. */
    Failure status(int status, ServiceError error, long waitMillis, EmbeddingsCall call) {
        String says = "answered [" + status + "]" + quote(error, call);
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
                : Failure.permanent(new InputRefusedException(subject() + says), culprit, FailureKind.REFUSED);
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

    /** A response of status 200 that reports an error. */
    Failure errorReply(ServiceError error, EmbeddingsCall call) {
        String says = "answered [200] with an error" + quote(error, call);
        return failure(says, RestStatus.BAD_GATEWAY, Culprit.TEXT, FailureKind.BAD_REPLY);
    }

    /** A reply without usable vectors for all or some texts of the call. */
    Failure badReply(BadReplyException e) {
        String says = "sent a reply that cannot be used: " + e.getMessage();
        return failure(says, RestStatus.BAD_GATEWAY, e.culprit(), FailureKind.BAD_REPLY);
    }

    /** A call without a complete response. */
    Failure io(IOException e, EmbeddingsCall call) {
        boolean late = e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException);
        if (call.abandoned() && !late) {
            return abandoned(call);
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
                ? "did not answer within [" + model().limits().timeout() + "] ([" + setting("timeout") + "])"
                : "could not be reached: " + e;
        FailureKind kind = late ? FailureKind.TIMEOUT : FailureKind.UNREACHABLE;
        return new Failure(retryable(says, e), Culprit.SERVICE, true, 0, kind, says);
    }

    /** Cancelled by this node because no request waits for it any longer; no request receives this failure. */
    private Failure abandoned(EmbeddingsCall call) {
        String outage = call.target().purpose() == Purpose.SEARCH
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

    private Failure failure(String says, RestStatus status, Culprit culprit, FailureKind kind) {
        return Failure.permanent(new EmbeddingException(subject() + says, status, false, null), culprit, kind);
    }

    private String quote(ServiceError error, EmbeddingsCall call) {
        String code = error.code().isEmpty() ? "" : " [" + clean(error.code(), call) + "]";
        boolean silent = error.message().isEmpty() || call.texts().size() > 1;
        return silent ? code : code + ": " + clean(error.message(), call);
    }

    private String clean(String words, EmbeddingsCall call) {
        String clean = credentials
                .key()
                .map(secret -> words.replace(secret.reveal(), "[key]"))
                .orElse(words);
        for (String text : call.texts()) {
            clean = text.length() < 4 ? clean : clean.replace(text, "[input]");
        }
        clean = KEYS.matcher(clean.substring(0, Math.min(4096, clean.length())))
                .replaceAll("[key]")
                .replaceAll("\\p{Cntrl}+", " ");
        return clean.length() <= MAX_MESSAGE ? clean : clean.substring(0, MAX_MESSAGE) + "...";
    }
}
