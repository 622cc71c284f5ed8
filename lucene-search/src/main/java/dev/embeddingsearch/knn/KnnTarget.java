/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import dev.embeddingsearch.vectors.flat.VisibleVectors;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.VectorScorer;

/**
 * A vector, and the field whose vectors it is compared with.
 *
 * @param field name of the vector field
 * @param vector the query's vector; of unit length where {@code similarity} is {@code DOT_PRODUCT}
 * @param similarity how two vectors compare; {@code DOT_PRODUCT} on unit vectors is the cosine
 * @param background the model's cosine between unrelated texts, in [-1, 1), or 0 where unknown
 * @param calibrated whether scores say how far a cosine is above the mean; if not, they only order cosines
 */
@SuppressWarnings("ArrayRecordComponent") // equality is defined below; the array is never written to
public record KnnTarget(
        String field, float[] vector, VectorSimilarityFunction similarity, double background, boolean calibrated) {

    /** A target in a field that no document has. */
    public static final KnnTarget NONE = new KnnTarget("", new float[] {1}, VectorSimilarityFunction.DOT_PRODUCT, 0);

    public KnnTarget {
        Objects.requireNonNull(field, "field");
        Objects.requireNonNull(similarity, "similarity");
        if (vector.length == 0) {
            throw new IllegalArgumentException("field [" + field + "] expects a query vector, got an empty one");
        }
    }

    public KnnTarget(String field, float[] vector, VectorSimilarityFunction similarity, double background) {
        this(field, vector, similarity, background, true);
    }

    /** The same target with scores that order all cosines, alike on all shards. */
    public KnnTarget uncalibrated() {
        return new KnnTarget(field, vector, similarity, background, false);
    }

    /** Compares with the exact vectors of a segment, even where they are quantized; null where there are none. */
    public VectorScorer exactScorer(LeafReader reader) throws IOException {
        FloatVectorValues values = VisibleVectors.of(reader, field);
        if (values == null) {
            FloatVectorValues.checkField(reader, field);
            return null;
        }
        return values.size() == 0 ? null : values.rescorer(vector);
    }

    /** The raw similarity of a Lucene score: the cosine, or Lucene's score itself for other similarities. */
    public double rawSimilarity(double luceneScore) {
        return similarity == VectorSimilarityFunction.DOT_PRODUCT ? 2 * luceneScore - 1 : luceneScore;
    }

    /** The Lucene score of a raw similarity, the inverse of {@link #rawSimilarity}. */
    double luceneScore(double rawSimilarity) {
        return similarity == VectorSimilarityFunction.DOT_PRODUCT ? (1 + rawSimilarity) / 2 : rawSimilarity;
    }

    /** The difference of raw similarities for a difference of Lucene scores. */
    double rawDifference(double luceneDifference) {
        return similarity == VectorSimilarityFunction.DOT_PRODUCT ? 2 * luceneDifference : luceneDifference;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KnnTarget that
                && field.equals(that.field)
                && similarity == that.similarity
                && Double.compare(background, that.background) == 0
                && calibrated == that.calibrated
                && Arrays.equals(vector, that.vector);
    }

    @Override
    public int hashCode() {
        return Objects.hash(field, similarity, background, calibrated, Arrays.hashCode(vector));
    }

    @Override
    public String toString() {
        return field + "[" + vector.length + " dimensions]";
    }
}
