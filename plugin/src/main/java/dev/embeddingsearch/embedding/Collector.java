/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.opensearch.core.action.ActionListener;

/** Gathers the results of one request and answers once all are there. Each position is reported once. */
final class Collector {

    private final AtomicReferenceArray<EmbeddingResult> results;
    private final AtomicInteger open;
    private final ActionListener<List<EmbeddingResult>> listener;

    Collector(int texts, ActionListener<List<EmbeddingResult>> listener) {
        this.results = new AtomicReferenceArray<>(texts);
        this.open = new AtomicInteger(texts);
        this.listener = listener;
    }

    /** Hands the vector to each position; all but the first get a copy, for receivers own what they get. */
    void vector(List<Integer> positions, float[] vector) {
        for (int i = 0; i < positions.size(); i++) {
            results.set(positions.get(i), EmbeddingResult.of(i == 0 ? vector : Arrays.copyOf(vector, vector.length)));
        }
        done(positions.size());
    }

    void failure(List<Integer> positions, Exception failure) {
        positions.forEach(position -> results.set(position, EmbeddingResult.failed(failure)));
        done(positions.size());
    }

    private void done(int count) {
        if (open.addAndGet(-count) == 0) {
            EmbeddingResult[] all = new EmbeddingResult[results.length()];
            Arrays.setAll(all, results::get);
            listener.onResponse(List.of(all));
        }
    }
}
