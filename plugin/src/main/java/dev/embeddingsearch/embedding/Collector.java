/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.opensearch.core.action.ActionListener;

/**
 * Collects the results of one request and calls its listener once all are there. The first result of a position counts.
 */
public final class Collector {

    private final AtomicReferenceArray<EmbeddingResult> results;
    private final AtomicInteger open;
    private final ActionListener<List<EmbeddingResult>> listener;
    private volatile EmbeddingException lastAttempt;

    /**
     * @param texts how many results the listener receives
     */
    public Collector(int texts, ActionListener<List<EmbeddingResult>> listener) {
        this.results = new AtomicReferenceArray<>(texts);
        this.open = new AtomicInteger(texts);
        this.listener = listener;
    }

    /**
     * Sets the vector of each position. Each position but the first gets a copy, because receivers own their vectors.
     */
    public void vector(List<Integer> positions, float[] vector) {
        int added = 0;
        for (int i = 0; i < positions.size(); i++) {
            float[] own = i == 0 ? vector : Arrays.copyOf(vector, vector.length);
            added += set(positions.get(i), EmbeddingResult.of(own));
        }
        done(added);
    }

    public void failure(List<Integer> positions, Exception failure) {
        done(positions.stream()
                .mapToInt(position -> set(position, EmbeddingResult.failed(failure)))
                .sum());
    }

    /** Fails every position that has no result yet. */
    public void failRest(Exception failure) {
        failure(IntStream.range(0, results.length()).boxed().toList(), failure);
    }

    /** Remembers that an attempt to embed one of the texts has failed; another attempt may follow. */
    public void attempted(EmbeddingException failure) {
        lastAttempt = failure;
    }

    /** How the last failed attempt failed, or null if no attempt has failed. */
    public EmbeddingException lastAttempt() {
        return lastAttempt;
    }

    /** Whether the listener was called, so that further results are ignored. */
    public boolean answered() {
        return open.get() == 0;
    }

    private int set(int position, EmbeddingResult result) {
        return results.compareAndSet(position, null, result) ? 1 : 0;
    }

    private void done(int count) {
        if (count > 0 && open.addAndGet(-count) == 0) {
            EmbeddingResult[] all = new EmbeddingResult[results.length()];
            Arrays.setAll(all, results::get);
            listener.onResponse(List.of(all));
        }
    }
}
