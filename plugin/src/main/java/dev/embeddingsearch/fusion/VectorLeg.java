/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.util.Arrays;
import java.util.Objects;
import org.apache.lucene.index.VectorSimilarityFunction;

/**
 * What the vector leg compares documents with.
 *
 * @param field name of the vector field
 * @param target the query's vector; of unit length where {@code similarity} is {@code DOT_PRODUCT}
 * @param similarity how two vectors compare; {@code DOT_PRODUCT} on unit vectors is the cosine
 * @param background the model's cosine between unrelated texts, in [-1, 1), or 0 where unknown
 * @param calibrated whether scores tell how far a cosine is above the mean; if not, they only tell the larger of any two
 */
@SuppressWarnings("ArrayRecordComponent") // equality is defined below; nobody writes to the array
public record VectorLeg(
        String field, float[] target, VectorSimilarityFunction similarity, double background, boolean calibrated) {

    /** A leg over a field that no document has. */
    static final VectorLeg NONE = new VectorLeg("", new float[] {1}, VectorSimilarityFunction.DOT_PRODUCT, 0);

    public VectorLeg {
        Objects.requireNonNull(field, "field");
        Objects.requireNonNull(similarity, "similarity");
        if (target.length == 0) {
            throw new IllegalArgumentException("field [" + field + "] expects a query vector, got an empty one");
        }
    }

    public VectorLeg(String field, float[] target, VectorSimilarityFunction similarity, double background) {
        this(field, target, similarity, background, true);
    }

    /** The same for scores that no two different cosines share, on any shard. */
    public VectorLeg uncalibrated() {
        return new VectorLeg(field, target, similarity, background, false);
    }

    /** The raw similarity that Lucene scores so: the cosine, or Lucene's score for other similarities. */
    double rawSimilarity(double luceneScore) {
        return similarity == VectorSimilarityFunction.DOT_PRODUCT ? 2 * luceneScore - 1 : luceneScore;
    }

    /** The difference of raw similarities, given that of Lucene's scores. */
    double rawDifference(double luceneDifference) {
        return similarity == VectorSimilarityFunction.DOT_PRODUCT ? 2 * luceneDifference : luceneDifference;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VectorLeg that
                && field.equals(that.field)
                && similarity == that.similarity
                && Double.compare(background, that.background) == 0
                && calibrated == that.calibrated
                && Arrays.equals(target, that.target);
    }

    @Override
    public int hashCode() {
        return Objects.hash(field, similarity, background, calibrated, Arrays.hashCode(target));
    }

    @Override
    public String toString() {
        return field + "[" + target.length + " dimensions]";
    }
}
