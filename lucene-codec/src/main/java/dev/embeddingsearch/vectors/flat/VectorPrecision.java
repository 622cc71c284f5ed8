/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.util.Locale;

/** How many bytes a number has in the exact vectors that stand beside their codes. */
public enum VectorPrecision {
    /** As vectors come. */
    FLOAT32(Float.BYTES),
    /** Rounded to half precision: 11 significant bits, up to 65,504; below 0.00006 in steps of 0.00000006. */
    FLOAT16(Float16.BYTES);

    private final int bytes;

    VectorPrecision(int bytes) {
        this.bytes = bytes;
    }

    /** The bytes of a number. */
    public int bytes() {
        return bytes;
    }

    /**
     * A vector of the named field as it is read back.
     *
     * @return {@code vector} itself, or a rounded copy
     * @throws IllegalArgumentException if a number is too large
     */
    public float[] stored(String field, float[] vector) {
        if (this == FLOAT32) {
            return vector;
        }
        float[] stored = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            stored[i] = Float16.round(vector[i]);
            if (Float.isInfinite(stored[i])) {
                throw new IllegalArgumentException("field [" + field + "] with [storage] [" + this
                        + "] expects numbers from -65504 to 65504, got [" + vector[i] + "] at index [" + i
                        + "]: make the field with [storage] [" + FLOAT32 + "]");
            }
        }
        return stored;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
