/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.opensearch.core.action.ActionListener;

/** Gathers the results of one request and answers once all are there. The first report of a position counts. */
final class Collector {

    private final AtomicReferenceArray<EmbeddingResult> results;
    private final AtomicInteger open;
    private final ActionListener<List<EmbeddingResult>> listener;
    private volatile EmbeddingException lastAttempt;

    Collector(int texts, ActionListener<List<EmbeddingResult>> listener) {
        this.results = new AtomicReferenceArray<>(texts);
        this.open = new AtomicInteger(texts);
        this.listener = listener;
    }

    /** Hands the vector to each position; all but the first get a copy, for receivers own what they get. */
    void vector(List<Integer> positions, float[] vector) {
        int news = 0;
        for (int i = 0; i < positions.size(); i++) {
            float[] own = i == 0 ? vector : Arrays.copyOf(vector, vector.length);
            news += set(positions.get(i), EmbeddingResult.of(own));
        }
        done(news);
    }

    void failure(List<Integer> positions, Exception failure) {
        done(positions.stream()
                .mapToInt(position -> set(position, EmbeddingResult.failed(failure)))
                .sum());
    }

    /** Fails every position that nothing was reported of yet. */
    void failRest(Exception failure) {
        failure(IntStream.range(0, results.length()).boxed().toList(), failure);
    }

    /** Takes note that an attempt for one of the texts failed; another may follow. */
    void attempted(Failure failure) {
        lastAttempt = failure.exception();
    }

    /** How the last attempt that failed did so, or null if none has. */
    EmbeddingException lastAttempt() {
        return lastAttempt;
    }

    /** Whether the listener has its answer, so that further reports are in vain. */
    boolean answered() {
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
