/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.VectorShape;
import dev.embeddingsearch.model.EmbeddingModel;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.core.common.unit.ByteSizeValue;
import org.opensearch.core.rest.RestStatus;

/** The approximate memory of a request: its texts, their copies in the bodies of calls, and their vectors. */
final class RequestSize {

    /** Characters of the longest token in the encodings of OpenAI. */
    private static final long CHARS_OF_TOKEN = 128;

    private static final int BYTES_OF_CHAR = 3;

    private final EmbeddingRequest request;
    private final long max;
    private final long maxChars;
    private final long vectorBytes;

    /**
     * @param max bytes of the queue while it is empty
     */
    RequestSize(EmbeddingModel model, EmbeddingRequest request, VectorShape shape, long max) {
        this.request = request;
        this.max = max;
        int tokens = model.limits().inputTokens();
        this.maxChars = tokens == 0 ? Long.MAX_VALUE : tokens * CHARS_OF_TOKEN;
        int dimensions = Math.max(shape.expected(), shape.wanted());
        this.vectorBytes = 4L * (dimensions > 0 ? dimensions : 1024);
    }

    /** The bytes of one text, after it is cut to the most tokens of the model. */
    private long bytes(String text) {
        return BYTES_OF_CHAR * Math.min(text.length(), maxChars);
    }

    /** The bytes of the whole request, without texts that would not fit into an empty queue: they are not sent. */
    long bytes() {
        return request.texts().stream()
                .mapToLong(this::bytes)
                .filter(bytes -> bytes <= max)
                .map(bytes -> bytes + vectorBytes + 100)
                .sum();
    }

    /**
     * Rejects a text that would not fit into an empty queue.
     *
     * @throws OpenSearchStatusException with status 413
     */
    void requireRoom(String text) {
        long bytes = bytes(text);
        if (bytes > max) {
            throw new OpenSearchStatusException(
                    "expected a text of at most [" + new ByteSizeValue(max) + "] in memory, got one of ["
                            + new ByteSizeValue(bytes) + "], [" + BYTES_OF_CHAR + "] bytes a character; shorten it, set"
                            + " the model's [max_input_tokens] to have it cut, or raise [" + QueueBudget.SIZE.getKey()
                            + "]",
                    RestStatus.REQUEST_ENTITY_TOO_LARGE);
        }
    }
}
