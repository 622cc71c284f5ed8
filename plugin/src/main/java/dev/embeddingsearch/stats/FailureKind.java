/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.stats;

import java.util.Locale;

/** Why a call of a service brought no vectors. */
public enum FailureKind {
    /** 429: too many requests or tokens; 409 and 425. */
    THROTTLED,
    /** The account has nothing left. */
    QUOTA,
    /** 400, 413, 422: the service took offence at what was sent. */
    REFUSED,
    /** 401, 403: the key is missing or wrong. */
    AUTHENTICATION,
    /** The URL or the id is wrong: 404, a redirect, an inside address, a certificate that is not trusted. */
    SETTINGS,
    /** No connection, or one that broke. */
    UNREACHABLE,
    /** No answer within {@code timeout}, or 408. */
    TIMEOUT,
    /** 424 and 5xx. */
    SERVER_ERROR,
    /** An answer that does not add up. */
    BAD_REPLY,
    /** Ended by this node, because nobody waited for it any longer: no search and no document. */
    ABANDONED,
    /** Ended by this node, because it is shutting down. */
    CLOSED,
    /** A fault on this side. */
    UNEXPECTED;

    /** The name in answers and on the wire. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
