/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import java.io.IOException;
import org.apache.lucene.codecs.hnsw.FlatVectorScorerUtil;
import org.apache.lucene.codecs.lucene104.Lucene104ScalarQuantizedVectorScorer;
import org.apache.lucene.codecs.lucene104.QuantizedByteVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;
import org.apache.lucene.util.hnsw.UpdateableRandomVectorScorer;

/** Lucene's comparison of codes, for searching and for building graphs, which first touches all {@link QuantizedPrefetcher} of a batch. */
final class PrefetchingQuantizedScorer extends Lucene104ScalarQuantizedVectorScorer {

    PrefetchingQuantizedScorer() {
        super(FlatVectorScorerUtil.getLucene99FlatVectorsScorer());
    }

    @Override
    public RandomVectorScorer getRandomVectorScorer(
            VectorSimilarityFunction similarity, KnnVectorValues values, float[] target) throws IOException {
        RandomVectorScorer scorer = super.getRandomVectorScorer(similarity, values, target);
        QuantizedPrefetcher codes = QuantizedPrefetcher.of(values);
        return codes == null ? scorer : new Batches(scorer, values, codes);
    }

    @Override
    public RandomVectorScorerSupplier getRandomVectorScorerSupplier(
            VectorSimilarityFunction similarity, KnnVectorValues values) throws IOException {
        return prefetching(super.getRandomVectorScorerSupplier(similarity, values), values);
    }

    @Override
    public RandomVectorScorerSupplier getRandomVectorScorerSupplier(
            VectorSimilarityFunction similarity, QuantizedByteVectorValues queries, QuantizedByteVectorValues targets) {
        return prefetching(super.getRandomVectorScorerSupplier(similarity, queries, targets), targets);
    }

    private static RandomVectorScorerSupplier prefetching(RandomVectorScorerSupplier supplier, KnnVectorValues values) {
        QuantizedPrefetcher codes = QuantizedPrefetcher.of(values);
        return codes == null ? supplier : new Supplier(supplier, values, codes);
    }

    private record Supplier(RandomVectorScorerSupplier supplier, KnnVectorValues values, QuantizedPrefetcher codes)
            implements RandomVectorScorerSupplier {

        @Override
        public UpdateableRandomVectorScorer scorer() throws IOException {
            return new UpdateableBatches(supplier.scorer(), values, codes);
        }

        @Override
        public RandomVectorScorerSupplier copy() throws IOException {
            return new Supplier(supplier.copy(), values, codes);
        }
    }

    private static class Batches extends RandomVectorScorer.AbstractRandomVectorScorer {
        private final RandomVectorScorer scorer;
        private final QuantizedPrefetcher codes;

        Batches(RandomVectorScorer scorer, KnnVectorValues values, QuantizedPrefetcher codes) {
            super(values);
            this.scorer = scorer;
            this.codes = codes;
        }

        @Override
        public float score(int node) throws IOException {
            return scorer.score(node);
        }

        @Override
        public float bulkScore(int[] nodes, float[] scores, int numNodes) throws IOException {
            codes.touch(nodes, numNodes);
            return scorer.bulkScore(nodes, scores, numNodes);
        }
    }

    private static final class UpdateableBatches extends Batches implements UpdateableRandomVectorScorer {
        private final UpdateableRandomVectorScorer scorer;

        UpdateableBatches(UpdateableRandomVectorScorer scorer, KnnVectorValues values, QuantizedPrefetcher codes) {
            super(scorer, values, codes);
            this.scorer = scorer;
        }

        @Override
        public void setScoringOrdinal(int node) throws IOException {
            scorer.setScoringOrdinal(node);
        }
    }
}
