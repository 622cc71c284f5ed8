/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.faults;

import java.util.Arrays;
import java.util.List;

/** What a service does wrong, and what comes of it. */
public enum Fault {
    REORDERED,
    FLOATS,
    FLOATS_AND_BASE64,
    GZIP,
    NO_INDEX,
    CHUNKED,
    SLOW_HEAD,
    SLOW_BYTES,
    LAST_ON_CONNECTION,

    RATE_LIMIT(Effect.RETRIED, 503, "answered [429] [rate_limit_exceeded]"),
    INTERNAL_ERROR(Effect.RETRIED, 503, "answered [500]"),
    HALF_INTERNAL_ERROR(Effect.RETRIED, 503, "answered [500]"),
    BAD_GATEWAY(Effect.RETRIED, 503, "answered [502]"),
    UNAVAILABLE(Effect.RETRIED, 503, "answered [503]"),
    OVERLOADED(Effect.RETRIED, 503, "answered [529]"),
    HALF_BODY(Effect.RETRIED, 503, "could not be reached"),
    HALF_BODY_OF_UNTOLD_LENGTH(Effect.RETRIED, 503, "could not be reached"),
    CLOSED_BEFORE_HEAD(Effect.RETRIED, 503, "could not be reached"),
    CLOSED_AFTER_HEAD(Effect.RETRIED, 503, "could not be reached"),
    STALL(Effect.RETRIED, 503, "did not answer within"),

    QUOTA(Effect.FINAL, 503, "the account's quota is used up"),
    LONG_WAIT(Effect.FINAL, 503, "it asks to wait [3600] seconds"),
    UNAUTHORIZED(Effect.FINAL, 400, "answered [401]"),
    NOT_FOUND(Effect.FINAL, 400, "answered [404]"),
    REDIRECT(Effect.FINAL, 400, "redirects are not followed"),
    ERROR_WITH_STATUS_200(Effect.ISOLATED, 502, "answered [200] with an error"),
    HTML_WITH_STATUS_200(Effect.ISOLATED, 502, "expected JSON"),
    NO_DATA(Effect.ISOLATED, 502, "expected a reply with [data]"),
    SHORT_DATA(Effect.ISOLATED, 502, "vectors, got ["),
    LONG_DATA(Effect.ISOLATED, 502, "expected an [index] from 0 to ["),
    DUPLICATE_INDEX(Effect.ISOLATED, 502, "expected each [index] once"),
    WRONG_DIMENSIONS(Effect.ISOLATED, 502, "dimensions, got ["),
    BROKEN_BASE64(Effect.ISOLATED, 502, "expected base64"),
    NAN_IN_BASE64(Effect.ISOLATED, 502, "no finite number"),
    NAN_AS_LITERAL(Effect.ISOLATED, 502, "no finite number"),
    ZERO_VECTOR(Effect.ISOLATED, 502, "got a vector of zeros");

    /** What a client is to make of a fault. */
    public enum Effect {
        /** The vectors are in this very reply. */
        HARMLESS,
        /** The call is sent again, until retries are used up. */
        RETRIED,
        /** Texts without a vector are sent again, in parts, for one of them may be the cause. */
        ISOLATED,
        /** The texts are reported failed. */
        FINAL
    }

    private final Effect effect;
    private final int status;
    private final String words;

    Fault() {
        this(Effect.HARMLESS, 200, "");
    }

    Fault(Effect effect, int status, String words) {
        this.effect = effect;
        this.status = status;
        this.words = words;
    }

    public Effect effect() {
        return effect;
    }

    /** Whether right vectors come with it, of all texts or of some. */
    boolean bringsVectors() {
        return switch (this) {
            case SHORT_DATA, WRONG_DIMENSIONS, NAN_IN_BASE64, NAN_AS_LITERAL, ZERO_VECTOR -> true;
            default -> effect == Effect.HARMLESS;
        };
    }

    /** Whether a text may be told that it is the cause itself, with status 400. */
    boolean mayBeTheTexts() {
        return effect == Effect.ISOLATED || this == INTERNAL_ERROR || this == HALF_INTERNAL_ERROR;
    }

    /** The status of what is reported when this fault is the last word. */
    public int status() {
        return status;
    }

    /** What the report says, among other words. */
    public String words() {
        return words;
    }

    /** All faults of an effect. */
    public static List<Fault> of(Effect effect) {
        return Arrays.stream(values()).filter(fault -> fault.effect == effect).toList();
    }
}
