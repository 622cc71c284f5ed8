/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import dev.embeddingsearch.lucene.Centroid;
import java.io.IOException;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.VectorUtil;

/**
 * Maps a raw similarity to [0, 1], so that it can be added to a normalised BM25 score.
 *
 * <p>For cosines: {@code vector(d) = max(0, (cos(q, d) - mu) / (1 - mu))}, where {@code mu} is the mean cosine of the
 * query with the shard's vectors, shrunk towards the model's background cosine {@code b} while there are few of them:
 * {@code mu = (n * (q . centroid) + n0 * b) / (n + n0)}, with {@code n} vectors and {@code n0 = 100}. A model keeps its
 * cosines in a narrow band of its own (ada-002: .7 to .9); this removes the band and needs no result list.
 *
 * <p>Other similarities use Lucene's own score {@code s}: as it is for the Euclidean distance, which lies in (0, 1], and
 * {@code s / (1 + s)} for the maximum inner product, which has no upper end.
 *
 * @param similarity the field's similarity
 * @param mean the mean cosine {@code mu}, in [-1, 1); 0 for other similarities
 */
record Calibration(VectorSimilarityFunction similarity, double mean) {

    /** How many vectors the model's background cosine weighs as much as. */
    static final double BACKGROUND_COUNT = 100;

    /** By how much two ways of computing a similarity of float vectors may differ, relative to the larger of it and 1. */
    private static final double ROUNDING = 1e-5;

    /** Calibrates for one query on everything that {@code reader} sees. */
    static Calibration of(VectorLeg leg, IndexReader reader) throws IOException {
        if (leg.similarity() != VectorSimilarityFunction.DOT_PRODUCT) {
            return new Calibration(leg.similarity(), 0);
        }
        double sum = 0;
        long count = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            Centroid centroid = Centroid.of(leaf.reader(), leg.field());
            if (centroid != null) {
                sum += centroid.count() * (double) centroid.dot(leg.target());
                count += centroid.count();
            }
        }
        double mean = (sum + BACKGROUND_COUNT * leg.background()) / (count + BACKGROUND_COUNT);
        return new Calibration(leg.similarity(), mean);
    }

    /** The raw similarity of two vectors: their cosine, or Lucene's score for the other similarities. */
    double raw(float[] target, float[] vector) {
        return similarity == VectorSimilarityFunction.DOT_PRODUCT
                ? VectorUtil.dotProduct(target, vector)
                : similarity.compare(target, vector);
    }

    /** The formula of {@link #normalise}, for explanations. */
    String formula() {
        return switch (similarity) {
            case DOT_PRODUCT, COSINE -> "max(0, (cosine - mean) / (1 - mean))";
            case EUCLIDEAN -> "1 / (1 + distance^2), mean unused";
            case MAXIMUM_INNER_PRODUCT -> "score / (1 + score), mean unused";
        };
    }

    /** Maps a raw similarity that none exceeds, save by rounding, to a score that none exceeds; infinity to 1. */
    double bound(double raw) {
        if (raw == Double.POSITIVE_INFINITY) {
            return 1;
        }
        double lowest = similarity == VectorSimilarityFunction.DOT_PRODUCT ? -1 : 0;
        double known = Math.max(lowest, raw);
        return Math.min(1, normalise(known + ROUNDING * Math.max(1, Math.abs(known))));
    }

    /** Maps a raw similarity to [0, 1]. */
    double normalise(double raw) {
        return switch (similarity) {
            case DOT_PRODUCT, COSINE -> Math.clamp((raw - mean) / (1 - mean), 0.0, 1.0);
            case EUCLIDEAN -> raw;
            case MAXIMUM_INNER_PRODUCT -> raw / (1 + raw);
        };
    }
}
