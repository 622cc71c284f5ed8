/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.source;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Assembles a JSON document from its bytes and from vectors, each an array of numbers or a base64 string. */
final class JsonVectors {

    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    private final ByteArrayOutputStream out;

    JsonVectors(int size) {
        this.out = new ByteArrayOutputStream(size);
    }

    /** Appends JSON unchanged. */
    void copy(byte[] bytes, int offset, int length) {
        out.write(bytes, offset, length);
    }

    /**
     * Appends a vector.
     *
     * @param vector null for a JSON null
     * @param array whether as an array of numbers; otherwise as a string, the base64 of little-endian float32
     */
    void vector(float[] vector, boolean array) {
        if (vector == null) {
            out.writeBytes(NULL);
        } else if (array) {
            numbers(vector);
        } else {
            out.write('"');
            out.writeBytes(base64(vector));
            out.write('"');
        }
    }

    private static byte[] base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encode(bytes.array());
    }

    private void numbers(float[] vector) {
        char separator = '[';
        for (float component : vector) {
            out.write(separator);
            out.writeBytes(Float.toString(component).getBytes(StandardCharsets.US_ASCII));
            separator = ',';
        }
        out.write(']');
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
