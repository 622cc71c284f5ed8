/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.util.List;
import org.opensearch.core.action.ActionListener;

/** Turns texts into vectors. */
public interface Embedder {

    /**
     * Embeds every text of the request.
     *
     * @param listener called exactly once, on an unspecified thread: with one result a text, in the order of
     *     {@code request.texts()}, each holding its vector or the reason there is none; or with the failure of the whole
     *     request, where no text was tried (an unknown model, say)
     */
    void embed(EmbeddingRequest request, ActionListener<List<EmbeddingResult>> listener);
}
