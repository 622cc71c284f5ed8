/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.util.Locale;

/**
 * The precision in which the exact vectors of a field are stored. Users set it with the mapping parameter
 * {@code storage}.
 */
public enum VectorPrecision {
    /** Single precision: vectors are stored as they are indexed. */
    FLOAT32(Float.BYTES),
    /**
     * Half precision, IEEE 754 binary16: 11 significant bits, up to 65,504. Components below 2^-14 (0.00006) are
     * subnormal: multiples of 2^-24.
     */
    FLOAT16(Float16.BYTES);

    private final int bytesPerDimension;

    VectorPrecision(int bytesPerDimension) {
        this.bytesPerDimension = bytesPerDimension;
    }

    /** Bytes of a stored dimension. */
    public int bytesPerDimension() {
        return bytesPerDimension;
    }

    /**
     * Rounds a vector to this precision, as it will be read back.
     *
     * @param field name of the vector field, for the error
     * @return {@code vector} itself for {@link #FLOAT32}, a new array for {@link #FLOAT16}
     * @throws IllegalArgumentException if a component exceeds the range of half precision
     */
    public float[] round(String field, float[] vector) {
        if (this == FLOAT32) {
            return vector;
        }
        float[] rounded = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            rounded[i] = Float16.round(vector[i]);
            if (Float.isInfinite(rounded[i])) {
                throw new IllegalArgumentException("field [" + field + "] with [storage] [" + this
                        + "] expects numbers from -65504 to 65504, got [" + vector[i] + "] at index [" + i
                        + "]: make the field with [storage] [" + FLOAT32 + "]");
            }
        }
        return rounded;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
