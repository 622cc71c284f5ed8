/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.EmbeddingModel;

/**
 * The dimensions of vectors on their way from a service to the caller. The vectors of a model that the catalog does
 * not know are cut if they have more dimensions than wanted.
 *
 * @param sent dimensions in the request to the service; 0 if the request does not name them
 * @param expected dimensions in the reply; 0 if they are not known
 * @param wanted dimensions of the vector for the caller; 0 for as many as the service returns
 */
public record VectorShape(int sent, int expected, int wanted) {

    /**
     * The shape for a model.
     *
     * @param requested dimensions that the caller wants; 0 for those of the model
     * @throws IllegalArgumentException if the model has fewer dimensions
     */
    public static VectorShape of(EmbeddingModel model, int requested) {
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
        return new VectorShape(
                sent, model.takesDimensions() ? sent : 0, wanted); // other models may ignore what is sent
    }
}
