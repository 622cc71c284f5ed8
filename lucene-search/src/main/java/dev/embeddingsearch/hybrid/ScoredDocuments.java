/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.IOSupplier;

/** Documents of one segment with their vector scores in [0, 1], visited in increasing order. */
final class ScoredDocuments {

    private final int[] documents;
    private final IOSupplier<double[]> supplier;
    private double[] scores;
    private double maximum;
    private int position;

    /**
     * @param documents in increasing order, numbered within the segment
     * @param scores computes their scores in that order, when the first is asked for
     */
    ScoredDocuments(int[] documents, IOSupplier<double[]> scores) {
        this.documents = documents;
        this.supplier = scores;
    }

    int count() {
        return documents.length;
    }

    /** The current document, which is the first one before {@link #advance} is called. */
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
            scores = supplier.get();
            maximum = Arrays.stream(scores).max().orElse(0);
        }
        return scores;
    }
}
