/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

/**
 * Whose fault a call without vectors may be. It decides what is done about the call, and nothing else decides it:
 *
 * <ul>
 *   <li>{@link #TEXT}: once another attempt is of no use, a harmless text is sent alone. If that is answered, the texts of
 *       the call are sent in halves, until the one at fault is found. Until then the failure says nothing of the service.
 *   <li>{@link #CALL}: all texts of the call fail, at once.
 *   <li>{@link #SERVICE}: another attempt follows, and enough of such failures in a row open the {@link ModelBreaker}.
 * </ul>
 */
enum Culprit {
    /** Perhaps one of the texts, perhaps the service. */
    TEXT,
    /** The call itself, whatever its texts: the key, the address, the id. */
    CALL,
    /** The service: it is busy or down. */
    SERVICE;

    /**
     * By the status of an answer. Servers answer 500 or 424 when the model fails on a text (too many tokens for its batch,
     * vectors of NaN); 502, 503, 504 and the like come from what stands before it.
     */
    static Culprit of(int status) {
        return switch (status) {
            case 400, 413, 422, 424, 500 -> TEXT;
            case 402, 408, 409, 425, 429 -> SERVICE;
            default -> status > 500 ? SERVICE : CALL;
        };
    }

    /** Whether the same call may be answered when it is sent again; what official clients send again is among these. */
    static boolean mayPass(int status) {
        return switch (status) {
            case 408, 409, 424, 425, 429 -> true;
            default -> status >= 500;
        };
    }
}
