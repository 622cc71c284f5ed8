/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.EmbeddingModel;
import java.util.Arrays;

/**
 * How long vectors are: as asked of the service, as expected in its reply, as handed on. 0 stands for "not said", "not
 * known" and "as they come". Vectors of a model the catalogue does not know are cut when they are longer than wanted.
 */
record VectorShape(int sent, int expected, int wanted) {

    static VectorShape of(EmbeddingModel model, int requested) {
        int wanted = requested > 0 ? requested : model.dimensions();
        int own = model.known().dimensions();
        if (own > 0 && wanted > own) {
            throw new IllegalArgumentException("model [" + model.name() + "] (id [" + model.id() + "]) has [" + own
                    + "] dimensions, [" + wanted + "] were asked for; ask for that many or fewer");
        }
        int sent = model.sendsDimensions(wanted) ? wanted : 0;
        if (sent == 0) {
            return new VectorShape(0, own, wanted);
        }
        return new VectorShape(sent, model.takesDimensions() ? sent : 0, wanted); // others may pass over it
    }

    /** Checks a vector of the reply, shortens it where the service did not, and makes its length one. */
    float[] fit(float[] vector) throws BadReplyException {
        if (vector.length == 0) {
            throw new BadReplyException("got a vector without dimensions");
        }
        boolean fits = expected > 0 ? vector.length == expected : vector.length >= Math.max(1, wanted);
        if (!fits) {
            throw new BadReplyException(
                    "expected a vector of [" + (expected > 0 ? expected : Math.max(1, wanted)) + "] dimensions, got ["
                            + vector.length + "]: does the service run another model?",
                    Culprit.CALL);
        }
        float[] cut = wanted > 0 && wanted < vector.length ? Arrays.copyOf(vector, wanted) : vector;
        normalize(cut);
        return cut;
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
        if (Math.abs(squares - 1) > 1e-5) { // unit vectors in float32 are off by about 1e-7: leave those as they are
            double scale = 1 / Math.sqrt(squares);
            for (int i = 0; i < vector.length; i++) {
                vector[i] = (float) (vector[i] * scale);
            }
        }
    }
}
