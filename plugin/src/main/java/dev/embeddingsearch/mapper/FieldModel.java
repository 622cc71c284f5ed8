/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.ModelIdentity;
import dev.embeddingsearch.model.Models;

/**
 * The model that makes the vectors of a field.
 *
 * @param name name of the model in {@code embedding.model.<name>.*}
 * @param id id of the model whose vectors the field holds; null where no mapping has fixed it yet, as in a template
 * @param dimensions length of every vector; 0 for that of the model
 * @param inputType whether the embedded texts are code
 */
public record FieldModel(String name, String id, int dimensions, InputType inputType) {

    /** The same vectors from a model of another name. */
    public FieldModel named(String other) {
        return new FieldModel(other, id, dimensions, inputType);
    }

    /** Whether both make the same vectors, whatever the names of their models. */
    public boolean hasSameVectors(FieldModel other) {
        return equals(other.named(name));
    }

    /**
     * Checks that the model still has the id of the field's vectors.
     *
     * @param field full name of the field
     * @return the model as its settings describe it now
     * @throws IllegalArgumentException if the model has another id, or is not configured
     */
    public ModelIdentity requireUnchanged(String field, Models models) {
        ModelIdentity current = models.identity(name);
        if (id != null && !id.equals(current.id())) {
            throw new IllegalArgumentException(
                    "field [" + field + "] holds vectors of model id [" + id + "], but model ["
                            + name + "] now has id [" + current.id()
                            + "]: give the model its id back, or reindex into a field created with the new one");
        }
        return current;
    }

    /**
     * Fills what a mapping leaves out from the model's settings. A mapping with both id and dimensions never needs them:
     * an index must open whatever became of its model.
     *
     * @throws IllegalArgumentException if the model is not configured, has another id, or its dimensions are unknown
     */
    FieldModel resolve(String field, Models models) {
        if (id != null && dimensions != 0) {
            return this;
        }
        ModelIdentity current = requireUnchanged(field, models);
        int resolved = dimensions == 0 ? current.dimensions() : dimensions;
        if (resolved == 0) {
            throw new IllegalArgumentException("field [" + field + "] expects [dimensions]: those of model [" + name
                    + "], id [" + current.id() + "], are not known. Give them in the mapping, or in setting "
                    + "[embedding.model." + name + ".dimensions]");
        }
        return new FieldModel(name, current.id(), resolved, inputType);
    }
}
