/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rank;

import java.util.Arrays;
import org.apache.lucene.search.DocIdSetIterator;

/** Iterates over a sorted array of documents, and returns the index of the current one. */
final class SortedDocuments extends DocIdSetIterator {

    private final int[] documents;
    private int place = -1;

    /**
     * @param documents in increasing order, without duplicates
     */
    SortedDocuments(int[] documents) {
        this.documents = documents;
    }

    /** The index of the current document in the array. */
    int place() {
        return place;
    }

    @Override
    public int docID() {
        if (place < 0) {
            return -1;
        }
        return place < documents.length ? documents[place] : NO_MORE_DOCS;
    }

    @Override
    public int nextDoc() {
        place++;
        return docID();
    }

    @Override
    public int advance(int target) {
        int found = Arrays.binarySearch(documents, place + 1, documents.length, target);
        place = found >= 0 ? found : -found - 1;
        return docID();
    }

    @Override
    public long cost() {
        return documents.length;
    }
}
