/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import dev.embeddingsearch.model.InputType;
import java.nio.charset.StandardCharsets;
import org.opensearch.common.hash.MurmurHash3;

/**
 * Fingerprints by which a shard checks that a vector was made from the text of the document, by the model of the field. They
 * protect against mistakes, not against attacks: whoever may write a document may write any text into it.
 */
public final class VectorOrigin {

    private VectorOrigin() {}

    /** A fingerprint of a text. */
    public static long ofText(String text) {
        return hash(text);
    }

    /**
     * A fingerprint of a vector in the form that it has in a document, a base64 string or a list of numbers.
     *
     * @throws IllegalArgumentException if {@code vector} is neither
     */
    public static long ofVector(Object vector) {
        return hash(vector instanceof String base64 ? base64 : VectorValue.encode(VectorValue.of("", vector)));
    }

    /**
     * A fingerprint of a vector with its origin.
     *
     * @param text the fingerprint of the text
     * @param vector the fingerprint of the vector
     */
    public static long of(String modelId, InputType inputType, long text, long vector) {
        return hash(modelId + '\n' + inputType + '\n' + text + '\n' + vector);
    }

    private static long hash(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return MurmurHash3.hash128(bytes, 0, bytes.length, 0, new MurmurHash3.Hash128()).h1;
    }
}
