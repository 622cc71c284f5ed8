/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import java.io.IOException;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;
import org.apache.lucene.util.hnsw.UpdateableRandomVectorScorer;

/**
 * Scores quantized vectors as Lucene does, for searching and for building graphs, but loads all vectors of a batch into
 * the processor's cache first. Scores are the same.
 */
final class PrefetchingQuantizedScorer extends QuantizedScorer {

    @Override
    public RandomVectorScorer getRandomVectorScorer(
            VectorSimilarityFunction similarity, KnnVectorValues values, float[] target) throws IOException {
        RandomVectorScorer scorer = super.getRandomVectorScorer(similarity, values, target);
        QuantizedPrefetcher prefetcher = QuantizedPrefetcher.of(values);
        return prefetcher == null ? scorer : new PrefetchingScorer(scorer, values, prefetcher);
    }

    @Override
    public RandomVectorScorerSupplier getRandomVectorScorerSupplier(
            VectorSimilarityFunction similarity, KnnVectorValues values) throws IOException {
        return wrap(super.getRandomVectorScorerSupplier(similarity, values), values);
    }

    @Override
    RandomVectorScorerSupplier wrap(RandomVectorScorerSupplier supplier, KnnVectorValues values) {
        QuantizedPrefetcher prefetcher = QuantizedPrefetcher.of(values);
        return prefetcher == null ? supplier : new PrefetchingSupplier(supplier, values, prefetcher);
    }

    private record PrefetchingSupplier(
            RandomVectorScorerSupplier supplier, KnnVectorValues values, QuantizedPrefetcher prefetcher)
            implements RandomVectorScorerSupplier {

        @Override
        public UpdateableRandomVectorScorer scorer() throws IOException {
            return new UpdateablePrefetchingScorer(supplier.scorer(), values, prefetcher);
        }

        @Override
        public RandomVectorScorerSupplier copy() throws IOException {
            return new PrefetchingSupplier(supplier.copy(), values, prefetcher);
        }
    }

    private static class PrefetchingScorer extends RandomVectorScorer.AbstractRandomVectorScorer {
        private final RandomVectorScorer scorer;
        private final QuantizedPrefetcher prefetcher;

        PrefetchingScorer(RandomVectorScorer scorer, KnnVectorValues values, QuantizedPrefetcher prefetcher) {
            super(values);
            this.scorer = scorer;
            this.prefetcher = prefetcher;
        }

        @Override
        public float score(int node) throws IOException {
            return scorer.score(node);
        }

        @Override
        public float bulkScore(int[] nodes, float[] scores, int numNodes) throws IOException {
            prefetcher.prefetch(nodes, numNodes);
            return scorer.bulkScore(nodes, scores, numNodes);
        }
    }

    private static final class UpdateablePrefetchingScorer extends PrefetchingScorer
            implements UpdateableRandomVectorScorer {
        private final UpdateableRandomVectorScorer scorer;

        UpdateablePrefetchingScorer(
                UpdateableRandomVectorScorer scorer, KnnVectorValues values, QuantizedPrefetcher prefetcher) {
            super(scorer, values, prefetcher);
            this.scorer = scorer;
        }

        @Override
        public void setScoringOrdinal(int node) throws IOException {
            scorer.setScoringOrdinal(node);
        }
    }
}
