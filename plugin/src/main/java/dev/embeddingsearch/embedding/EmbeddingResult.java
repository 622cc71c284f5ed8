/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.util.Objects;

/**
 * The result for one text: either a vector or a failure.
 *
 * @param vector the unit vector, owned by the receiver; null if the text failed
 * @param failure why there is no vector; null if there is one
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
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
