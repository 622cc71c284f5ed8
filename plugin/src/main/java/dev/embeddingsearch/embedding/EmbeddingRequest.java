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
 * @param purpose what the vectors are for; a search may embed its text on the side of the documents
 */
public record EmbeddingRequest(
        String model, Side side, InputType inputType, int dimensions, List<String> texts, Purpose purpose) {

    public EmbeddingRequest {
        texts = List.copyOf(texts);
    }

    /** Queries for a search, documents for ingest. */
    public EmbeddingRequest(String model, Side side, InputType inputType, int dimensions, List<String> texts) {
        this(model, side, inputType, dimensions, texts, side == Side.QUERY ? Purpose.SEARCH : Purpose.INGEST);
    }

    EmbeddingRequest withTexts(List<String> others) {
        return new EmbeddingRequest(model, side, inputType, dimensions, others, purpose);
    }

    /** Leaves the texts out: they belong to the user and must not reach a log. */
    @Override
    public String toString() {
        return "EmbeddingRequest[model=" + model + ", side=" + side + ", inputType=" + inputType + ", dimensions="
                + dimensions + ", texts=" + texts.size() + ", purpose=" + purpose + "]";
    }
}
