/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ScoreDoc;

/**
 * What a kNN search found.
 *
 * @param byRank the documents, the nearest one first
 * @param outside what is known of all others
 * @param further those that came next
 * @param visited how many vectors the search looked at
 * @param complete whether it came to its end
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
record Nearest(ScoreDoc[] byRank, OutsideBound outside, Further further, long visited, boolean complete) {

    /**
     * What the search saw behind the documents that it was asked for. They are no hits of it, but where they match
     * otherwise, it is known that no document behind them is more similar.
     *
     * @param documents in any order
     * @param outside what is known of all that are neither found nor among these
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
    record Further(ScoreDoc[] documents, OutsideBound outside) {

        static final Further UNKNOWN = new Further(new ScoreDoc[0], OutsideBound.UNKNOWN);
    }

    /** Those in one segment, numbered within it, in increasing order. */
    int[] documents(LeafReaderContext leaf) {
        return documents(leaf, Arrays.stream(byRank));
    }

    /** Those in one segment and the further ones there, numbered within it, in increasing order. */
    int[] allDocuments(LeafReaderContext leaf) {
        return documents(leaf, Stream.concat(Arrays.stream(byRank), Arrays.stream(further.documents())));
    }

    private static int[] documents(LeafReaderContext leaf, Stream<ScoreDoc> hits) {
        return hits.mapToInt(hit -> hit.doc - leaf.docBase)
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
