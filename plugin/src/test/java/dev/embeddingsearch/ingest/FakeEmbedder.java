/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.mapper.VectorValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.opensearch.core.action.ActionListener;

/** Gives a vector that follows from the text and the model, on threads of its own if told to. Records what it was asked. */
final class FakeEmbedder implements Embedder {

    final List<EmbeddingRequest> requests = Collections.synchronizedList(new ArrayList<>());
    volatile Function<EmbeddingRequest, List<EmbeddingResult>> behaviour = FakeEmbedder::results;
    volatile Executor executor = Runnable::run;

    @Override
    public void embed(EmbeddingRequest request, ActionListener<List<EmbeddingResult>> listener) {
        requests.add(request);
        executor.execute(() -> {
            List<EmbeddingResult> results;
            try {
                results = behaviour.apply(request);
            } catch (RuntimeException e) {
                listener.onFailure(e);
                return;
            }
            listener.onResponse(results);
        });
    }

    static List<EmbeddingResult> results(EmbeddingRequest request) {
        return request.texts().stream()
                .map(text -> EmbeddingResult.of(vector(request.model(), text)))
                .toList();
    }

    /** What a document gets for {@code text}. */
    static String value(String model, String text) {
        return VectorValue.encode(vector(model, text));
    }

    private static float[] vector(String model, String text) {
        return new float[] {model.hashCode(), text.hashCode(), text.length()};
    }
}
