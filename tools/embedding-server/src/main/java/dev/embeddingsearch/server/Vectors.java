/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;

/** What the API does to a finished vector. */
final class Vectors {
    private Vectors() {}

    /** The vector at length 1; a vector of zeros has no direction and stays as it is. */
    static float[] unit(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        if (squares == 0) {
            return vector;
        }
        double length = Math.sqrt(squares);
        float[] unit = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            unit[i] = (float) (vector[i] / length);
        }
        return unit;
    }

    /** The first values of a unit vector, at length 1 again. */
    static float[] cut(float[] vector, int dimensions) {
        return dimensions == vector.length ? vector : unit(Arrays.copyOf(vector, dimensions));
    }

    /** Little-endian float32 in base64. */
    static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
