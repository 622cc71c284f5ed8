/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.util.List;
import org.opensearch.core.action.ActionListener;

/**
 * Counts vectors and the characters of their texts. The difference between a meter in front of a cache and one behind
 * it is what the cache has saved.
 */
public final class VectorMeter implements Embedder {

    private final Embedder next;
    private final Reading reading;

    /** Receives the counts of one request. */
    @FunctionalInterface
    public interface Reading {
        /**
         * Called once for each request that has returned at least one vector, with the counts of its texts that have
         * one.
         */
        void passed(String model, long texts, long characters);
    }

    public VectorMeter(Embedder next, Reading reading) {
        this.next = next;
        this.reading = reading;
    }

    @Override
    public void embed(EmbeddingRequest request, ActionListener<List<EmbeddingResult>> listener) {
        next.embed(request, ActionListener.delegateFailure(listener, (delegate, results) -> {
            try {
                read(request, results);
            } finally {
                delegate.onResponse(results);
            }
        }));
    }

    private void read(EmbeddingRequest request, List<EmbeddingResult> results) {
        long texts = 0;
        long characters = 0;
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i).failure() == null) {
                texts++;
                characters += request.texts().get(i).length();
            }
        }
        if (texts > 0) {
            reading.passed(request.model(), texts, characters);
        }
    }
}
