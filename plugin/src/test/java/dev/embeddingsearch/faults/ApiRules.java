/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.faults;

import java.io.IOException;
import java.util.Optional;
import java.util.function.ToIntFunction;
import mockwebserver3.RecordedRequest;

/**
 * What the service takes. A client that keeps to the API is never refused by these.
 *
 * @param key what must come as bearer, or null where no key is asked for
 * @param dimensions what each request must ask for
 * @param inputTokens most tokens of one input
 * @param requestTokens most tokens of one request
 * @param tokens counts a text's tokens
 */
public record ApiRules(
        String model, String key, int dimensions, int inputTokens, int requestTokens, ToIntFunction<String> tokens) {

    private static final int MAX_INPUTS = 2048;

    /** OpenAI's own limits for text-embedding-3-small, without a key; a text has fewer tokens than characters. */
    public static ApiRules small(int dimensions) {
        return new ApiRules("text-embedding-3-small", null, dimensions, 8191, 300_000, text -> text.length() / 8);
    }

    /** Why the service refuses, or nothing. */
    Optional<String> violation(RecordedRequest request, EmbeddingsCall call) {
        String type = String.valueOf(request.getHeaders().get("Content-Type"));
        String authorization = request.getHeaders().get("Authorization");
        if (!request.getMethod().equals("POST") || !request.getTarget().equals("/v1/embeddings")) {
            return Optional.of("expected POST /v1/embeddings, got " + request.getRequestLine());
        }
        if (!type.startsWith("application/json")) {
            return Optional.of("expected JSON, got Content-Type " + type);
        }
        if (key == null ? authorization != null : !("Bearer " + key).equals(authorization)) {
            return Optional.of("expected the key as bearer, and no Authorization without one");
        }
        if (!call.model().equals(model) || call.dimensions() != dimensions) {
            return Optional.of("expected model " + model + " and dimensions " + dimensions + ", got " + call.model()
                    + " and " + call.dimensions());
        }
        if (!call.encodingFormat().equals("base64")) {
            return Optional.of("expected encoding_format base64, got " + call.encodingFormat());
        }
        return inputs(call);
    }

    private Optional<String> inputs(EmbeddingsCall call) {
        if (call.input().isEmpty() || call.input().size() > MAX_INPUTS) {
            return Optional.of("expected 1 to " + MAX_INPUTS + " inputs, got "
                    + call.input().size());
        }
        long all = 0;
        for (String text : call.input()) {
            int count = tokens.applyAsInt(text);
            all += count;
            if (text.isEmpty() || count > inputTokens) {
                return Optional.of("expected an input of 1 to " + inputTokens + " tokens, got " + count);
            }
        }
        return all > requestTokens
                ? Optional.of("expected at most " + requestTokens + " tokens in all, got " + all)
                : Optional.empty();
    }

    static EmbeddingsCall parse(RecordedRequest request) throws IOException {
        return EmbeddingsCall.parse(
                request.getBody() == null ? "" : request.getBody().utf8());
    }
}
