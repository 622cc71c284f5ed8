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
 * @param dimensions dimensions of the vectors, or 0 for those of the model
 * @param texts the texts to embed; never logged
 * @param purpose what the vectors are for; a search may embed its text as a document
 */
public record EmbeddingRequest(
        String model, Side side, InputType inputType, int dimensions, List<String> texts, Purpose purpose) {

    public EmbeddingRequest {
        texts = List.copyOf(texts);
    }

    /** Texts whose purpose follows from the side: queries are for search, documents for ingest. */
    public EmbeddingRequest(String model, Side side, InputType inputType, int dimensions, List<String> texts) {
        this(model, side, inputType, dimensions, texts, side == Side.QUERY ? Purpose.SEARCH : Purpose.INGEST);
    }

    /** The same request for other texts. */
    public EmbeddingRequest withTexts(List<String> others) {
        return new EmbeddingRequest(model, side, inputType, dimensions, others, purpose);
    }

    /** Omits the texts: they belong to the user and must not appear in a log. */
    @Override
    public String toString() {
        return "EmbeddingRequest[model=" + model + ", side=" + side + ", inputType=" + inputType + ", dimensions="
                + dimensions + ", texts=" + texts.size() + ", purpose=" + purpose + "]";
    }
}
