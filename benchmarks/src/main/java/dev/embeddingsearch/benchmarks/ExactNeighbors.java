/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.lucene.util.VectorUtil;

/** The true nearest of unit vectors, found by comparing all. */
public final class ExactNeighbors {

    private ExactNeighbors() {}

    /** Numbers of the nearest {@code k} of the documents that {@code accepted} leaves. */
    public static Set<Integer> of(float[] query, float[][] documents, int k, IntPredicate accepted) {
        record Near(int document, float cosine) {}
        PriorityQueue<Near> nearest = new PriorityQueue<>(Comparator.comparingDouble(Near::cosine));
        IntStream.range(0, documents.length).filter(accepted).forEach(document -> {
            float cosine = VectorUtil.dotProduct(query, documents[document]);
            if (nearest.size() < k || cosine > nearest.peek().cosine()) {
                nearest.add(new Near(document, cosine));
            }
            if (nearest.size() > k) {
                nearest.poll();
            }
        });
        return nearest.stream().map(Near::document).collect(Collectors.toSet());
    }
}
