/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import dev.embeddingsearch.vectors.Quantization;
import java.util.List;

/**
 * The parameters of an {@code embedding} field, with their defaults filled in.
 *
 * @param model its id and dimensions are fixed when the field is created
 * @param similarity how vectors compare
 * @param sourceFields the paths of the texts to embed; empty if documents bring their vectors
 * @param indexOptions how vectors are indexed
 * @param onFailure what happens to documents whose text cannot be embedded now
 */
public record EmbeddingParameters(
        FieldModel model,
        VectorSimilarity similarity,
        List<String> sourceFields,
        VectorIndexOptions indexOptions,
        OnFailure onFailure) {

    /** How the vectors are quantized in an index that is written by the codec of this plugin. */
    public Quantization quantization() {
        return indexOptions.quantization(model.dimensions());
    }

    /** Whether a search compares quantized vectors first. */
    public boolean quantized() {
        return quantization() != Quantization.NONE;
    }

    /** How many candidates a search for {@code k} hits compares exactly by default. */
    public int rescored(int k) {
        return quantization().rescored(k);
    }
}
