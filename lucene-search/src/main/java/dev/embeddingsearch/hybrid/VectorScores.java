/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.UnseenBound;
import java.io.IOException;

/**
 * The vector leg on one segment: scores in [0, 1] of the documents that the kNN search found and of all others.
 *
 * @param nearest those that it found
 * @param others the vectors of all others
 * @param outside what these score at most
 * @param estimated what their codes say of them
 */
record VectorScores(NearestDocuments nearest, LeafVectors others, UnseenBound outside, QuantizedBounds estimated) {

    /**
     * @param doc not smaller than in the call before; {@code nearest} stands at or behind it
     */
    double score(int doc) throws IOException {
        return nearest.docID() == doc ? nearest.score() : others.score(doc);
    }
}
