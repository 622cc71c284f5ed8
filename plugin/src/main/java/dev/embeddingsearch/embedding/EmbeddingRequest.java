/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Side;
import java.util.List;

/**
 * Texts to embed with one model.
 *
 * @param model name of the model as in {@code embedding.model.<name>.*}
 * @param side whether the texts are documents or queries
 * @param inputType text or code
 * @param dimensions length of the vectors wanted, or 0 for the model's own
 * @param texts what to embed; never logged
 */
public record EmbeddingRequest(String model, Side side, InputType inputType, int dimensions, List<String> texts) {

    public EmbeddingRequest {
        texts = List.copyOf(texts);
    }

    /** Leaves the texts out: they belong to the user and must not reach a log. */
    @Override
    public String toString() {
        return "EmbeddingRequest[model=" + model + ", side=" + side + ", inputType=" + inputType + ", dimensions="
                + dimensions + ", texts=" + texts.size() + "]";
    }
}
