/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.util.Objects;

/**
 * What became of one text: exactly one of the two is present.
 *
 * @param vector the vector, of unit length; owned by the receiver
 * @param failure why there is none
 */
@SuppressWarnings("ArrayRecordComponent") // copied by nobody, compared by nobody: a hand-over
public record EmbeddingResult(float[] vector, Exception failure) {

    public EmbeddingResult {
        if ((vector == null) == (failure == null)) {
            throw new IllegalArgumentException("expected either a vector or a failure");
        }
    }

    public static EmbeddingResult of(float[] vector) {
        return new EmbeddingResult(Objects.requireNonNull(vector), null);
    }

    public static EmbeddingResult failed(Exception failure) {
        return new EmbeddingResult(null, Objects.requireNonNull(failure));
    }
}
