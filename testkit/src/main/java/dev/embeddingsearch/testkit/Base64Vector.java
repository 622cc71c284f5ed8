/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.testkit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/** Vectors as the API and the documents write them: base64 of little-endian float32. */
public final class Base64Vector {

    private Base64Vector() {}

    /** The base64 form of a vector. */
    public static String of(float... vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    /** The vector of a base64 form. */
    public static float[] read(String base64) {
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);
        float[] vector = new float[bytes.capacity() / Float.BYTES];
        bytes.asFloatBuffer().get(vector);
        return vector;
    }
}
