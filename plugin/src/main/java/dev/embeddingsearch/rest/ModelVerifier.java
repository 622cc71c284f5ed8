/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Side;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.opensearch.core.action.ActionListener;

/** Verifies models by embedding one word with each. */
final class ModelVerifier {

    static final String WORD = "hello";

    private final Embedder client;

    /**
     * @param client without a cache, so that the service is called
     */
    ModelVerifier(Embedder client) {
        this.client = client;
    }

    /**
     * Embeds the word as a document, within the timeout of a search.
     *
     * @param listener receives the result; a failure of the service is a result, too
     */
    void verify(String model, ActionListener<Map<String, Object>> listener) {
        EmbeddingRequest request =
                new EmbeddingRequest(model, Side.DOCUMENT, InputType.TEXT, 0, List.of(WORD), Purpose.SEARCH);
        long start = System.nanoTime();
        client.embed(request, new ActionListener<>() {
            @Override
            public void onResponse(List<EmbeddingResult> results) {
                listener.onResponse(words(results.getFirst(), System.nanoTime() - start));
            }

            @Override
            public void onFailure(Exception e) {
                listener.onResponse(words(EmbeddingResult.failed(e), System.nanoTime() - start));
            }
        });
    }

    private static Map<String, Object> words(EmbeddingResult result, long nanos) {
        Map<String, Object> words = new LinkedHashMap<>();
        words.put("latency_ms", TimeUnit.NANOSECONDS.toMillis(nanos));
        if (result.failure() == null) {
            words.put("dimensions", result.vector().length);
        } else {
            words.put("error", Reason.of(result.failure()).toMap());
        }
        return words;
    }
}
