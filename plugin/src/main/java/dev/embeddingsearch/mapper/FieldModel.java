/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import dev.embeddingsearch.model.ModelIdentity;
import dev.embeddingsearch.model.Models;

/**
 * Which model's vectors a field holds.
 *
 * @param id the model's id
 * @param dimensions length of the vectors
 */
record FieldModel(String id, int dimensions) {

    /**
     * Fills what a mapping leaves out from the model's settings. A mapping that says both never looks at them: an index
     * must open whatever became of its model.
     *
     * @param id id in the mapping, or null
     * @param dimensions dimensions in the mapping, or 0
     * @throws IllegalArgumentException if the model is not configured, or nobody knows its dimensions
     */
    static FieldModel resolve(String field, String model, String id, int dimensions, Models models) {
        if (id != null && dimensions != 0) {
            return new FieldModel(id, dimensions);
        }
        ModelIdentity configured = models.identity(model);
        requireSame(field, id, configured);
        int resolved = dimensions == 0 ? configured.dimensions() : dimensions;
        if (resolved == 0) {
            throw new IllegalArgumentException("field [" + field + "] expects [dimensions]: those of model [" + model
                    + "], id [" + configured.id() + "], are not known. Give them in the mapping, or in setting "
                    + "[embedding.model." + model + ".dimensions]");
        }
        return new FieldModel(configured.id(), resolved);
    }

    private static void requireSame(String field, String id, ModelIdentity configured) {
        if (id != null && !id.equals(configured.id())) {
            throw new IllegalArgumentException("field [" + field + "] expects vectors of [" + id + "], but model ["
                    + configured.name() + "] now is [" + configured.id() + "]");
        }
    }
}
