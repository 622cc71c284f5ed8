/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

/**
 * What may be at fault when a call returns no vectors. The sender of the call decides by this alone what to do next:
 *
 * <ul>
 *   <li>{@link #TEXT}: once no further attempt is due, it sends a harmless text alone. If the service answers, it sends
 *       the texts of the call in halves until it has found the text at fault. Until then the failure says nothing about
 *       the service.
 *   <li>{@link #CALL}: it fails all texts of the call at once.
 *   <li>{@link #SERVICE}: it makes another attempt. Enough of these failures in a row open the circuit breaker of the
 *       model.
 * </ul>
 */
public enum Culprit {
    /** One of the texts, or else the service. */
    TEXT,
    /** The call itself, whatever its texts: the key, the address or the id of the model. */
    CALL,
    /** The service: it is busy or down. */
    SERVICE;

    /**
     * By the status of a response. Servers answer 500 or 424 when the model fails on a text (too many tokens for its
     * batch, vectors of NaN); 502, 503, 504 and the like come from proxies in front of the model.
     */
    static Culprit of(int status) {
        return switch (status) {
            case 400, 413, 422, 424, 500 -> TEXT;
            case 402, 408, 409, 425, 429 -> SERVICE;
            default -> status > 500 ? SERVICE : CALL;
        };
    }

    /** Whether the same call may succeed when it is sent again; includes all statuses that official clients retry. */
    static boolean mayPass(int status) {
        return switch (status) {
            case 408, 409, 424, 425, 429 -> true;
            default -> status >= 500;
        };
    }
}
