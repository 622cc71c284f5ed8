/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import org.apache.lucene.codecs.hnsw.FlatVectorScorerUtil;
import org.apache.lucene.codecs.lucene104.Lucene104ScalarQuantizedVectorScorer;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues;

/** Lucene's scorer of quantized vectors, in front of which a subclass can put another. */
abstract class QuantizedScorer extends Lucene104ScalarQuantizedVectorScorer {

    QuantizedScorer() {
        super(FlatVectorScorerUtil.getLucene99FlatVectorsScorer());
    }

    static boolean quantized(KnnVectorValues values) {
        return values instanceof QuantizedByteVectorValues;
    }

    /** Wraps the scorers of {@code values}. */
    abstract RandomVectorScorerSupplier wrap(RandomVectorScorerSupplier scorers, KnnVectorValues values);

    @Override
    public RandomVectorScorerSupplier getRandomVectorScorerSupplier(
            VectorSimilarityFunction similarity, QuantizedByteVectorValues queries, QuantizedByteVectorValues targets) {
        return wrap(super.getRandomVectorScorerSupplier(similarity, queries, targets), targets);
    }
}
