/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.util.List;
import org.opensearch.core.action.ActionListener;

/** Embeds texts: turns each into a vector. */
public interface Embedder {

    /**
     * Embeds all texts of the request.
     *
     * @param listener called exactly once, on an unspecified thread: either with one result per text, in the order of
     *     {@code request.texts()}; or with a failure of the whole request for which no text was tried, such as an
     *     unknown model
     */
    void embed(EmbeddingRequest request, ActionListener<List<EmbeddingResult>> listener);
}
