/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.io.IOException;
import org.apache.lucene.search.DocIdSetIterator;

/** The documents of one segment that the kNN search found, with their exact scores in [0, 1]. */
final class NearestDocuments {

    private final int[] documents;
    private final LeafVectors vectors;
    private double[] scores;
    private double maximum;
    private int position;

    /**
     * @param documents in increasing order, numbered within the segment
     * @param vectors read by nobody else
     */
    NearestDocuments(int[] documents, LeafVectors vectors) {
        this.documents = documents;
        this.vectors = vectors;
    }

    int count() {
        return documents.length;
    }

    /** The document stopped at: in the beginning the first one. */
    int docID() {
        return position < documents.length ? documents[position] : DocIdSetIterator.NO_MORE_DOCS;
    }

    int advance(int target) {
        while (docID() < target) {
            position++;
        }
        return docID();
    }

    double score() throws IOException {
        return scores()[position];
    }

    /** The highest score among all of them. */
    double maximum() throws IOException {
        scores();
        return maximum;
    }

    private double[] scores() throws IOException {
        if (scores == null) {
            scores = new double[documents.length];
            for (int i = 0; i < documents.length; i++) {
                scores[i] = vectors.score(documents[i]);
                maximum = Math.max(maximum, scores[i]);
            }
        }
        return scores;
    }
}
