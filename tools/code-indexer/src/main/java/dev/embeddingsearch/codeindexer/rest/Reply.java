/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.rest;

import com.fasterxml.jackson.databind.JsonNode;

/** What OpenSearch answered. */
public record Reply(int status, JsonNode body) {

    private static final int ERRORS = 400;
    private static final int NOT_FOUND = 404;

    public boolean ok() {
        return status < ERRORS;
    }

    public boolean notFound() {
        return status == NOT_FOUND;
    }

    /** Whether the same request may succeed a little later: too much at once, or something is down. */
    public boolean temporary() {
        return isTemporary(status);
    }

    /** Statuses of whole replies and of single items in them. */
    public static boolean isTemporary(int status) {
        return status == 429 || status == 502 || status == 503 || status == 504;
    }

    /** What an error gives as its reason, with the cause behind it. */
    public static String reason(JsonNode body) {
        JsonNode error = body.path("error").isMissingNode() ? body : body.path("error");
        String reason = error.path("reason").asText(error.toString());
        String cause = error.path("caused_by").path("reason").asText("");
        return cause.isEmpty() || reason.contains(cause) ? reason : reason + ": " + cause;
    }
}
