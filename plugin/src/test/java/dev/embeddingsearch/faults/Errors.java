/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.faults;

import java.util.SplittableRandom;
import mockwebserver3.MockResponse;

/** Errors in the service's own words. */
final class Errors {

    private final SplittableRandom random;
    private final int longestWaitMillis;

    Errors(SplittableRandom random, int longestWaitMillis) {
        this.random = random;
        this.longestWaitMillis = longestWaitMillis;
    }

    MockResponse.Builder rateLimit() {
        int wait = 1 + random.nextInt(longestWaitMillis);
        String reset = wait < 1000 ? wait + "ms" : wait / 1000 + "." + wait / 100 % 10 + "s";
        boolean tokens = random.nextBoolean();
        String what = tokens ? "tokens" : "requests";
        MockResponse.Builder error = error(
                        429,
                        what,
                        "rate_limit_exceeded",
                        "Rate limit reached for text-embedding-3-small on " + what + " per min. Please try again in "
                                + reset + ". Visit https://platform.openai.com/account/rate-limits to learn more.")
                .setHeader("x-ratelimit-limit-requests", 3000)
                .setHeader("x-ratelimit-limit-tokens", 1_000_000)
                .setHeader("x-ratelimit-remaining-requests", tokens ? 2999 : 0)
                .setHeader("x-ratelimit-remaining-tokens", tokens ? 0 : 999_000)
                .setHeader("x-ratelimit-reset-requests", tokens ? "20ms" : reset)
                .setHeader("x-ratelimit-reset-tokens", tokens ? reset : "6ms");
        if (random.nextInt(4) > 0) { // else the client has to find a pause of its own
            error.setHeader("retry-after-ms", wait);
            error.setHeader("retry-after", (wait + 999) / 1000);
        }
        return error;
    }

    MockResponse.Builder quota() {
        return error(
                429,
                "insufficient_quota",
                "insufficient_quota",
                "You exceeded your current quota, please check your plan and billing details.");
    }

    MockResponse.Builder longWait() {
        return error(429, "requests", "rate_limit_exceeded", "Rate limit reached. Please try again in 1h0m0s.")
                .setHeader("retry-after", 3600);
    }

    MockResponse.Builder unauthorized(String key) {
        return error(
                401,
                "invalid_request_error",
                "invalid_api_key",
                "Incorrect API key provided: " + (key == null ? "none" : key)
                        + ". You can find your API key at https://platform.openai.com/account/api-keys.");
    }

    MockResponse.Builder notFound() {
        return error(404, "invalid_request_error", "model_not_found", "The model does not exist.");
    }

    /** The refusal of a text for its content, by one of the statuses in use; the message quotes it. */
    MockResponse.Builder refusal(String text) {
        int[] statuses = {400, 413, 422};
        String quoted = text.replaceAll("[\"\\\\\\p{Cntrl}]", "");
        return error(
                statuses[random.nextInt(statuses.length)],
                "invalid_request_error",
                "content_policy_violation",
                "Your input was refused: " + quoted);
    }

    MockResponse.Builder server(int status) {
        return error(status, "server_error", "", "The server had an error while processing your request. Sorry!");
    }

    static MockResponse.Builder html(int status) {
        return new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Type", "text/html")
                .body("<html>\r\n<head><title>" + status + "</title></head>\r\n<body>cloudflare</body>\r\n</html>\r\n");
    }

    static MockResponse.Builder error(int status, String type, String code, String message) {
        return Replies.json(status, errorBody(type, code, message));
    }

    static String errorBody(String type, String code, String message) {
        return "{\n  \"error\": {\n    \"message\": \"" + message + "\",\n    \"type\": \"" + type
                + "\",\n    \"param\": null,\n    \"code\": " + (code.isEmpty() ? "null" : "\"" + code + "\"")
                + "\n  }\n}\n";
    }
}
