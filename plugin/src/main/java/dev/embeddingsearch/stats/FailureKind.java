/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.stats;

import java.util.Locale;

/** Why a call of a service has returned no vectors. */
public enum FailureKind {
    /** 429: too many requests or tokens; 409 and 425. */
    THROTTLED,
    /** The account has no credit left. */
    QUOTA,
    /** 400, 413, 422: the service has refused the input. */
    REFUSED,
    /** 401, 403: the key is missing or wrong. */
    AUTHENTICATION,
    /** The URL or the id is wrong: 404, a redirect, an inside address, a certificate that is not trusted. */
    SETTINGS,
    /** No connection, or a broken one. */
    UNREACHABLE,
    /** No response within {@code timeout}, or 408. */
    TIMEOUT,
    /** 424 and 5xx. */
    SERVER_ERROR,
    /** An invalid response. */
    BAD_REPLY,
    /** Cancelled by this node, since no search and no document was waiting for it any longer. */
    ABANDONED,
    /** Cancelled by this node, since it is shutting down. */
    CLOSED,
    /** A fault of this plugin. */
    UNEXPECTED;

    /** The name in responses and on the wire. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
