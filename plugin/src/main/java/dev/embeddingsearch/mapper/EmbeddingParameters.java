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
 * @param oversample for searches that give none: the multiple of {@code k} candidates that are compared exactly where vectors
 *     are quantized, 1 to 100; null for the choice by quantization
 */
public record EmbeddingParameters(
        FieldModel model,
        VectorSimilarity similarity,
        List<String> sourceFields,
        VectorIndexOptions indexOptions,
        OnFailure onFailure,
        Float oversample) {

    private static final int MAX_OVERSAMPLE = 100;

    public EmbeddingParameters {
        requireOversample(oversample);
    }

    /** Refuses a value that is out of range; null is none. */
    public static void requireOversample(Float oversample) {
        if (oversample != null && !(oversample >= 1 && oversample <= MAX_OVERSAMPLE)) {
            throw new IllegalArgumentException(
                    "[oversample] expects 1 to " + MAX_OVERSAMPLE + ", got [" + oversample + "]");
        }
    }

    /** How the vectors are quantized in an index that is written by the codec of this plugin. */
    public Quantization quantization() {
        return indexOptions.quantization(model.dimensions());
    }

    /** Whether a search compares quantized vectors first. */
    public boolean quantized() {
        return quantization() != Quantization.NONE;
    }

    /**
     * Whether a search or the field says how many candidates are compared exactly.
     *
     * @param asked the {@code oversample} of the search, or null
     */
    public boolean fixesRescored(Float asked) {
        return asked != null || oversample != null;
    }

    /**
     * How many candidates a search for {@code k} hits compares exactly, at least.
     *
     * @param asked the {@code oversample} of the search; null for that of the field
     */
    public int rescored(int k, Float asked) {
        Float multiple = asked == null ? oversample : asked;
        return multiple == null ? quantization().rescored(k) : (int) Math.ceil(k * (double) multiple);
    }
}
