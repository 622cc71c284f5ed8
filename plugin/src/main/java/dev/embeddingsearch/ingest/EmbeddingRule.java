/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.mapper.MappedEmbedding;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import java.util.List;

/**
 * Which texts of a document become which vector.
 *
 * @param target path that the vector is written to
 * @param sources paths whose texts are joined, in this order
 * @param model name of the model
 * @param modelId id that the model must have, or null for whatever it has
 * @param dimensions length of the vector, or 0 for the model's own
 * @param inputType text or code
 * @param inSource whether the target is kept in the stored {@code _source}
 * @param ignoreMissing whether a document without any such text passes without a vector, rather than failing
 */
record EmbeddingRule(
        String target,
        List<String> sources,
        String model,
        String modelId,
        int dimensions,
        InputType inputType,
        boolean inSource,
        boolean ignoreMissing) {

    static EmbeddingRule of(MappedEmbedding field) {
        return new EmbeddingRule(
                field.path(),
                field.sourceFields(),
                field.model(),
                field.modelId(),
                field.dimensions(),
                field.inputType(),
                field.inSource(),
                true);
    }

    /** This rule where its target is mapped as {@code field}: with that field's model id and dimensions. */
    EmbeddingRule into(MappedEmbedding field) {
        return new EmbeddingRule(
                target,
                sources,
                model,
                field.modelId(),
                field.dimensions(),
                inputType,
                field.inSource(),
                ignoreMissing);
    }

    /**
     * Checks that the model still is the one whose vectors the target holds.
     *
     * @param models the configured models
     * @throws IllegalArgumentException if it is not, or is not configured
     */
    void requireModel(Models models) {
        String current = models.get(model).id();
        if (modelId != null && modelId.equals(current) == false) {
            throw new IllegalArgumentException("field [" + target + "] holds vectors of model id [" + modelId
                    + "], but model [" + model + "] now has id [" + current
                    + "]: give the model its id back, or reindex into a field created with the new one");
        }
    }
}
