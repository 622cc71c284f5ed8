/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import java.util.Arrays;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ScoreDoc;

/**
 * Documents of one segment, numbered within it, in increasing order.
 *
 * @param documents their numbers
 * @param scores Lucene's exact scores of their vectors, or NaN where these are yet to be computed
 * @param estimates Lucene's scores of their quantized vectors, or NaN where these are unknown
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
public record LeafHits(int[] documents, float[] scores, float[] estimates) {

    static final LeafHits NONE = new LeafHits(new int[0], new float[0], new float[0]);

    /** The {@code hits} that lie in {@code leaf}; their scores are exact, or NaN. */
    static LeafHits exact(ScoreDoc[] hits, LeafReaderContext leaf) {
        LeafHits found = estimated(hits, leaf);
        return new LeafHits(found.documents, found.estimates, found.estimates);
    }

    /** The {@code hits} that lie in {@code leaf}; their scores are estimates. */
    static LeafHits estimated(ScoreDoc[] hits, LeafReaderContext leaf) {
        long[] keys = new long[hits.length];
        int count = 0;
        for (ScoreDoc hit : hits) {
            int document = hit.doc - leaf.docBase;
            if (document >= 0 && document < leaf.reader().maxDoc()) {
                keys[count++] = key(document, hit.score);
            }
        }
        return estimated(keys, count);
    }

    /** A document and its estimated score in one number, which orders by document. */
    static long key(int document, float score) {
        return (long) document << Integer.SIZE | Integer.toUnsignedLong(Float.floatToIntBits(score));
    }

    /**
     * The hits of the first {@code count} keys.
     *
     * @param keys made by {@link #key}; they are sorted in place
     */
    static LeafHits estimated(long[] keys, int count) {
        Arrays.sort(keys, 0, count);
        float[] unknown = new float[count];
        Arrays.fill(unknown, Float.NaN);
        LeafHits found = new LeafHits(new int[count], unknown, new float[count]);
        for (int i = 0; i < count; i++) {
            found.documents[i] = (int) (keys[i] >>> Integer.SIZE);
            found.estimates[i] = Float.intBitsToFloat((int) keys[i]);
        }
        return found;
    }

    /** The union with {@code others}; a document in both keeps the scores that it has here. */
    public LeafHits and(LeafHits others) {
        int[] all = new int[count() + others.count()];
        float[] allScores = new float[all.length];
        float[] allEstimates = new float[all.length];
        int size = 0;
        for (int i = 0, j = 0; i < count() || j < others.count(); size++) {
            boolean own = j == others.count() || (i < count() && documents[i] <= others.documents[j]);
            j += own && j < others.count() && documents[i] == others.documents[j] ? 1 : 0;
            LeafHits from = own ? this : others;
            int index = own ? i++ : j++;
            all[size] = from.documents[index];
            allScores[size] = from.scores[index];
            allEstimates[size] = from.estimates[index];
        }
        return new LeafHits(
                Arrays.copyOf(all, size), Arrays.copyOf(allScores, size), Arrays.copyOf(allEstimates, size));
    }

    public boolean contains(int document) {
        return Arrays.binarySearch(documents, document) >= 0;
    }

    public int count() {
        return documents.length;
    }

    /** How many of the documents have their exact score. */
    int exactCount() {
        int known = 0;
        for (float score : scores) {
            known += Float.isNaN(score) ? 0 : 1;
        }
        return known;
    }
}
