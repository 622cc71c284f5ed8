/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.Arrays;
import java.util.Locale;
import org.apache.lucene.index.VectorSimilarityFunction;

/** How the vectors of a field compare, and what a vector must be for that. */
public enum VectorSimilarity {
    /** The cosine: vectors are brought to unit length when indexed, where the dot product equals it. */
    COSINE(VectorSimilarityFunction.DOT_PRODUCT),
    /** The dot product of vectors that must come with unit length. */
    DOT_PRODUCT(VectorSimilarityFunction.DOT_PRODUCT),
    MAX_INNER_PRODUCT(VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT),
    L2_NORM(VectorSimilarityFunction.EUCLIDEAN);

    private static final double UNIT_TOLERANCE = 1e-3;
    /** What rounding does to the length of a vector that was brought to length 1, and a little more. */
    private static final double ROUNDING = 1e-6;

    private final VectorSimilarityFunction function;

    VectorSimilarity(VectorSimilarityFunction function) {
        this.function = function;
    }

    /**
     * Parses the name used in mappings.
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
     * Checks a vector of the named field and brings it into the form that is indexed and searched with.
     *
     * @return {@code vector} itself, or for {@link #COSINE} a copy of unit length if it has another
     * @throws IllegalArgumentException if a number is not finite, or the length of the vector does not fit the similarity
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
