/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import dev.embeddingsearch.embedding.VectorShape;
import java.util.Arrays;

/** Makes the vector of a reply the unit vector for the caller. */
final class UnitVectors {

    private UnitVectors() {}

    /**
     * Checks the dimensions of a vector, cuts it to the wanted ones and normalizes it in place.
     *
     * @throws BadReplyException if it has other dimensions than expected, no length or a value that is not finite
     */
    static float[] fit(VectorShape shape, float[] vector) throws BadReplyException {
        if (vector.length == 0) {
            throw new BadReplyException("got a vector without dimensions");
        }
        int expected = shape.expected() > 0 ? shape.expected() : Math.max(1, shape.wanted());
        boolean fits = shape.expected() > 0 ? vector.length == expected : vector.length >= expected;
        if (!fits) {
            throw new BadReplyException(
                    "expected a vector of [" + expected + "] dimensions, got [" + vector.length
                            + "]: does the service run another model?",
                    Culprit.CALL);
        }
        boolean cut = shape.wanted() > 0 && shape.wanted() < vector.length;
        float[] wanted = cut ? Arrays.copyOf(vector, shape.wanted()) : vector;
        normalize(wanted);
        return wanted;
    }

    private static void normalize(float[] vector) throws BadReplyException {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        if (!(squares > 0) || Double.isInfinite(squares)) {
            throw new BadReplyException(
                    squares == 0 ? "got a vector of zeros" : "got a vector with a value that is no finite number");
        }
        if (Math.abs(squares - 1) > 1e-5) { // unit vectors in float32 are off by about 1e-7: they stay as they are
            double scale = 1 / Math.sqrt(squares);
            for (int i = 0; i < vector.length; i++) {
                vector[i] = (float) (vector[i] * scale);
            }
        }
    }
}
