/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.EmbeddingModel;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.core.common.unit.ByteSizeValue;
import org.opensearch.core.rest.RestStatus;

/** How many bytes a request's texts, their copies in the body of a call, and their vectors take: nearly. */
final class RequestSize {

    /** No token of OpenAI's encodings has more characters. */
    private static final long CHARS_OF_TOKEN = 128;

    private static final int BYTES_OF_CHAR = 3;

    private final EmbeddingRequest request;
    private final long most;
    private final long longest;
    private final long vectorBytes;

    /**
     * @param most bytes that there is room for when nothing else is on its way
     */
    RequestSize(EmbeddingModel model, EmbeddingRequest request, VectorShape shape, long most) {
        this.request = request;
        this.most = most;
        int tokens = model.limits().inputTokens();
        this.longest = tokens == 0 ? Long.MAX_VALUE : tokens * CHARS_OF_TOKEN;
        int dimensions = Math.max(shape.expected(), shape.wanted());
        this.vectorBytes = 4L * (dimensions > 0 ? dimensions : 1024);
    }

    /** Those of a text, of what is left of it when it is cut to the most tokens that the model takes. */
    private long bytes(String text) {
        return BYTES_OF_CHAR * Math.min(text.length(), longest);
    }

    /** Those of the whole request; texts that find no room at all are not sent, and need none. */
    long bytes() {
        return request.texts().stream()
                .mapToLong(this::bytes)
                .filter(bytes -> bytes <= most)
                .map(bytes -> bytes + vectorBytes + 100)
                .sum();
    }

    /**
     * Refuses a text that will never find room.
     *
     * @throws OpenSearchStatusException with status 413
     */
    void requireRoom(String text) {
        long bytes = bytes(text);
        if (bytes > most) {
            throw new OpenSearchStatusException(
                    "expected a text of at most [" + new ByteSizeValue(most) + "] in memory, got one of ["
                            + new ByteSizeValue(bytes) + "], [" + BYTES_OF_CHAR + "] bytes a character; shorten it, set"
                            + " the model's [max_input_tokens] to have it cut, or raise [" + QueueBudget.SIZE.getKey()
                            + "]",
                    RestStatus.REQUEST_ENTITY_TOO_LARGE);
        }
    }
}
