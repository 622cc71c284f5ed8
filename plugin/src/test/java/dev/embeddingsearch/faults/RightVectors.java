/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.faults;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.SplittableRandom;

/** The vector that a text must have: of unit length, following from the text alone, another for every text. */
public final class RightVectors {

    private static final float TOLERANCE = 1e-6f;

    private RightVectors() {}

    public static float[] of(String text, int dimensions) {
        SplittableRandom random = new SplittableRandom(hash(text));
        double[] values = random.doubles(dimensions, -1, 1).toArray();
        double length =
                Math.sqrt(Arrays.stream(values).map(value -> value * value).sum());
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) (values[i] / length);
        }
        return vector;
    }

    /** Whether this is the text's vector, but for the last digits that decimal numbers may cost. */
    public static boolean matches(String text, float[] vector) {
        float[] right = of(text, vector.length);
        for (int i = 0; i < right.length; i++) {
            if (!(Math.abs(right[i] - vector[i]) <= TOLERANCE)) {
                return false;
            }
        }
        return true;
    }

    /** Base64 of little-endian float32. */
    public static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    public static float[] ofBase64(String base64) {
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);
        float[] vector = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(vector);
        return vector;
    }

    /** 64 bits, for with 32 some of many texts would share a vector. */
    static long hash(CharSequence text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
