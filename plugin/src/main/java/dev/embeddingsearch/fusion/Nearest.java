/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.util.Arrays;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ScoreDoc;

/**
 * What a kNN search found.
 *
 * @param byRank the documents, the nearest one first
 * @param outside what is known of all others
 * @param visited how many vectors the search looked at
 * @param complete whether it came to its end
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
record Nearest(ScoreDoc[] byRank, OutsideBound outside, long visited, boolean complete) {

    /** Those in one segment, numbered within it, in increasing order. */
    int[] documents(LeafReaderContext leaf) {
        return Arrays.stream(byRank)
                .mapToInt(hit -> hit.doc - leaf.docBase)
                .filter(doc -> doc >= 0 && doc < leaf.reader().maxDoc())
                .sorted()
                .toArray();
    }

    /** The rank of a document, from 1 on; 0 if it is not among them. */
    int rank(int doc) {
        for (int i = 0; i < byRank.length; i++) {
            if (byRank[i].doc == doc) {
                return i + 1;
            }
        }
        return 0;
    }
}
