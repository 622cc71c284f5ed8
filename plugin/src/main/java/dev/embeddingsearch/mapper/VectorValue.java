/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.opensearch.core.xcontent.XContentParser;

/** The two forms of a vector in JSON: an array of numbers, or base64 of little-endian float32. */
public final class VectorValue {

    private VectorValue() {}

    /** Writes {@code vector} as base64 of little-endian float32. */
    public static String encode(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    /**
     * Reads a vector from a parser whose current token is the first one of the vector.
     *
     * @param dimensions the expected number of dimensions
     * @return the vector, or null for a JSON null
     * @throws IllegalArgumentException if the value has neither form, or another number of dimensions
     */
    public static float[] parse(XContentParser parser, String field, int dimensions) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_NULL -> null;
            case VALUE_STRING -> requireLength(field, dimensions, decode(field, parser.text()));
            case START_ARRAY -> parseArray(parser, field, dimensions);
            default -> throw unexpected(field, parser.currentToken().toString());
        };
    }

    private static float[] parseArray(XContentParser parser, String field, int dimensions) throws IOException {
        float[] vector = new float[dimensions];
        int count = 0;
        for (XContentParser.Token token = parser.nextToken();
                token != XContentParser.Token.END_ARRAY;
                token = parser.nextToken()) {
            if (token != XContentParser.Token.VALUE_NUMBER) {
                throw unexpected(field, token + " inside the array");
            }
            if (count < dimensions) {
                vector[count] = parser.floatValue();
            }
            count++;
        }
        requireCount(field, dimensions, count);
        return vector;
    }

    /**
     * Reads a vector from a parsed document or query body, where it is a string or a list of numbers.
     *
     * @throws IllegalArgumentException if {@code value} is neither
     */
    public static float[] of(String field, Object value) {
        if (value instanceof String text) {
            return decode(field, text);
        }
        if (value instanceof List<?> numbers) {
            float[] vector = new float[numbers.size()];
            for (int i = 0; i < vector.length; i++) {
                if (numbers.get(i) instanceof Number number) {
                    vector[i] = number.floatValue();
                } else {
                    throw unexpected(field, "an array with something else in it at index " + i);
                }
            }
            return vector;
        }
        throw unexpected(field, value == null ? "null" : value.getClass().getSimpleName());
    }

    /**
     * Checks the number of dimensions of a vector.
     *
     * @throws IllegalArgumentException if it is not {@code dimensions}
     */
    public static float[] requireLength(String field, int dimensions, float[] vector) {
        requireCount(field, dimensions, vector.length);
        return vector;
    }

    private static void requireCount(String field, int dimensions, int count) {
        if (count != dimensions) {
            throw new IllegalArgumentException("field [" + field + "] expects " + dimensions + " dimensions, got "
                    + count + ": does the vector come from the field's model?");
        }
    }

    private static float[] decode(String field, String base64) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "field [" + field
                            + "] expects an array of numbers or base64 of little-endian float32, got a string " + "of "
                            + base64.length() + " characters that is not base64",
                    e);
        }
        if (bytes.length % Float.BYTES != 0) {
            throw new IllegalArgumentException(
                    "field [" + field + "] expects base64 of little-endian float32, four bytes " + "a number, got "
                            + bytes.length + " bytes");
        }
        float[] vector = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        return vector;
    }

    private static IllegalArgumentException unexpected(String field, String what) {
        return new IllegalArgumentException(
                "field [" + field + "] expects an array of numbers or base64 of little-endian float32, got " + what);
    }

    /** Boxes a vector, for responses. */
    static List<Float> toList(float[] vector) {
        Float[] boxed = new Float[vector.length];
        Arrays.setAll(boxed, i -> vector[i]);
        return Arrays.asList(boxed);
    }
}
