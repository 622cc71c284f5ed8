/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.vectors.Quantization;
import java.util.List;

/**
 * Everything that the mapping of an {@code embedding} field says, complete.
 *
 * @param model name of the model in {@code embedding.model.<name>.*}
 * @param modelId id of the model whose vectors the field holds; fixed when the field is created
 * @param dimensions length of every vector
 * @param similarity how vectors compare
 * @param inputType whether the embedded texts are code
 * @param sourceFields paths whose texts are embedded; empty where vectors come from elsewhere
 * @param indexOptions how vectors are laid out
 * @param onFailure what becomes of documents that cannot be embedded now
 */
public record EmbeddingParameters(
        String model,
        String modelId,
        int dimensions,
        VectorSimilarity similarity,
        InputType inputType,
        List<String> sourceFields,
        VectorIndexOptions indexOptions,
        OnFailure onFailure) {

    /** What the vectors are quantised to, by an index whose codec is ours. */
    public Quantization quantization() {
        return indexOptions.quantization(dimensions);
    }

    /** Whether a search looks at codes first. */
    public boolean quantized() {
        return quantization() != Quantization.NONE;
    }

    /** How many candidates a search compares exactly by default to find {@code k}. */
    public int rescored(int k) {
        return quantization().rescored(k);
    }
}
