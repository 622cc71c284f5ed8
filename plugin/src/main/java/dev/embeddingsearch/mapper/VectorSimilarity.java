/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.Arrays;
import java.util.Locale;
import org.apache.lucene.index.VectorSimilarityFunction;

/** The similarity of a field's vectors, and its requirements for them. */
public enum VectorSimilarity {
    /** The cosine. Vectors are normalized to unit length when indexed, so that their dot product is the cosine. */
    COSINE(VectorSimilarityFunction.DOT_PRODUCT),
    /** The dot product of vectors that must have unit length. */
    DOT_PRODUCT(VectorSimilarityFunction.DOT_PRODUCT),
    MAX_INNER_PRODUCT(VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT),
    L2_NORM(VectorSimilarityFunction.EUCLIDEAN);

    private static final double UNIT_TOLERANCE = 1e-3;
    /** A bound of the rounding error of a normalized vector's length. */
    private static final double ROUNDING = 1e-6;

    private final VectorSimilarityFunction function;

    VectorSimilarity(VectorSimilarityFunction function) {
        this.function = function;
    }

    /**
     * The similarity by its name in mappings.
     *
     * @throws IllegalArgumentException if there is no similarity of that name
     */
    public static VectorSimilarity of(String name) {
        return Arrays.stream(values())
                .filter(similarity -> similarity.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "[similarity] expects one of " + Arrays.toString(values()) + ", got [" + name + "]"));
    }

    public VectorSimilarityFunction function() {
        return function;
    }

    /**
     * Checks a vector of the named field, and converts it to the form that is indexed and searched with.
     *
     * @return {@code vector} itself, or for {@link #COSINE} a copy of unit length if it has another
     * @throws IllegalArgumentException if a component is not finite, or the length of the vector does not fit the similarity
     */
    public float[] prepare(String field, float[] vector) {
        double squares = 0;
        for (int i = 0; i < vector.length; i++) {
            if (!Float.isFinite(vector[i])) {
                throw new IllegalArgumentException(
                        "field [" + field + "] expects finite numbers, got [" + vector[i] + "] at index [" + i + "]");
            }
            squares += (double) vector[i] * vector[i];
        }
        if (function != VectorSimilarityFunction.DOT_PRODUCT) {
            return vector;
        }
        double length = Math.sqrt(squares);
        if (length == 0) {
            throw new IllegalArgumentException(
                    "field [" + field + "] with similarity [" + this + "] expects a vector that is not all zeros");
        }
        if (Math.abs(length - 1) <= ROUNDING) {
            return vector;
        }
        return this == COSINE ? scale(vector, 1 / length) : requireUnit(field, vector, length);
    }

    private float[] requireUnit(String field, float[] vector, double length) {
        if (Math.abs(length - 1) > UNIT_TOLERANCE) {
            throw new IllegalArgumentException("field [" + field + "] with similarity [" + this
                    + "] expects vectors of length 1, got length [" + (float) length
                    + "]: normalise them or use similarity [" + COSINE + "]");
        }
        return vector;
    }

    private static float[] scale(float[] vector, double factor) {
        float[] scaled = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            scaled[i] = (float) (vector[i] * factor);
        }
        return scaled;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
