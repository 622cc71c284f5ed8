/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.UnseenBound;
import java.io.IOException;

/**
 * The vector leg on one segment: scores in [0, 1] of its candidates and of all other documents.
 *
 * @param candidates the documents whose scores are known
 * @param others the exact vectors of all other documents
 * @param unseen bounds the scores of these
 * @param quantized bounds the score of each of these by its quantized vector
 */
record VectorScores(ScoredDocuments candidates, LeafVectors others, UnseenBound unseen, QuantizedBounds quantized) {

    /**
     * @param doc not smaller than in the call before; {@code candidates} is at or behind it
     */
    double score(int doc) throws IOException {
        return candidates.docID() == doc ? candidates.score() : others.score(doc);
    }
}
