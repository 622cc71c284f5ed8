/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.io.IOException;
import java.util.stream.IntStream;
import org.apache.lucene.search.DocIdSetIterator;

/** The documents of one segment that the kNN search found, with their exact scores in [0, 1]. */
final class NearestDocuments {

    private final int[] documents;
    private final LeafVectors vectors;
    private double[] scores;
    private int position;

    /**
     * @param found positioned before the first document
     * @param vectors read by nobody else
     */
    NearestDocuments(DocIdSetIterator found, LeafVectors vectors) throws IOException {
        IntStream.Builder all = IntStream.builder();
        while (found.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
            all.add(found.docID());
        }
        this.documents = all.build().toArray();
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
        double maximum = 0;
        for (double score : scores()) {
            maximum = Math.max(maximum, score);
        }
        return maximum;
    }

    private double[] scores() throws IOException {
        if (scores == null) {
            scores = new double[documents.length];
            for (int i = 0; i < documents.length; i++) {
                scores[i] = vectors.score(documents[i]);
            }
        }
        return scores;
    }
}
