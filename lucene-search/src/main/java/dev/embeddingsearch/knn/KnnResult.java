/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ScoreDoc;

/**
 * What a kNN search found.
 *
 * @param byRank the documents, the nearest one first, with the exact scores of their vectors, or NaN where they are to be
 *     computed
 * @param outside what is known of all others
 * @param further those that came next
 * @param errors by how much estimates of them were off
 * @param visited how many vectors the search looked at
 * @param complete whether it came to its end
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
public record KnnResult(
        ScoreDoc[] byRank,
        UnseenBound outside,
        Further further,
        QuantizationError errors,
        long visited,
        boolean complete) {

    /** What a search found that did not come to its end. */
    static KnnResult partial(ScoreDoc[] byRank, long visited) {
        return new KnnResult(byRank, UnseenBound.UNKNOWN, Further.UNKNOWN, new QuantizationError(), visited, false);
    }

    /** What is found where nothing can be. */
    public static KnnResult none() {
        return new KnnResult(new ScoreDoc[0], UnseenBound.UNKNOWN, Further.UNKNOWN, new QuantizationError(), 0, true);
    }

    /** The same, of which nothing is known about other documents but how far estimates of them are off. */
    public KnnResult unbounded() {
        UnseenBound unknown = UnseenBound.UNKNOWN.withError(outside.error());
        return new KnnResult(byRank, unknown, new Further(List.of(), unknown), errors, visited, complete);
    }

    /**
     * What the search saw behind the documents that it was asked for. They are no hits of it, but where they match
     * otherwise, it is known that no document behind them is more similar.
     *
     * @param byLeaf those of each segment, by its number; some may be found as well
     * @param outside what is known of all that are neither found nor among these
     */
    public record Further(List<Found> byLeaf, UnseenBound outside) {

        static final Further UNKNOWN = new Further(List.of(), UnseenBound.UNKNOWN);

        /** Those in one segment. */
        public Found in(LeafReaderContext leaf) {
            return leaf.ord < byLeaf.size() ? byLeaf.get(leaf.ord) : Found.NONE;
        }
    }

    /**
     * Documents of one segment, numbered within it, in increasing order.
     *
     * @param scores Lucene's exact scores of their vectors, or NaN where they are to be computed
     * @param estimates what these are likely about, or NaN where nothing is known
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
    public record Found(int[] documents, float[] scores, float[] estimates) {

        static final Found NONE = new Found(new int[0], new float[0], new float[0]);

        /** Those of {@code hits} that lie in {@code leaf} and have their exact score, or NaN. */
        static Found exact(ScoreDoc[] hits, LeafReaderContext leaf) {
            Found found = estimated(hits, leaf);
            return new Found(found.documents, found.estimates, found.estimates);
        }

        /** Those that lie in {@code leaf} and are estimated to have their score. */
        static Found estimated(ScoreDoc[] hits, LeafReaderContext leaf) {
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

        /** A document and its estimated score, for the method beneath. */
        static long key(int document, float score) {
            return (long) document << Integer.SIZE | Integer.toUnsignedLong(Float.floatToIntBits(score));
        }

        /** Those of the first {@code count} keys, which it sorts. */
        static Found estimated(long[] keys, int count) {
            Arrays.sort(keys, 0, count);
            float[] unknown = new float[count];
            Arrays.fill(unknown, Float.NaN);
            Found found = new Found(new int[count], unknown, new float[count]);
            for (int i = 0; i < count; i++) {
                found.documents[i] = (int) (keys[i] >>> Integer.SIZE);
                found.estimates[i] = Float.intBitsToFloat((int) keys[i]);
            }
            return found;
        }

        /** These and those of {@code others} that are not among them. */
        public Found and(Found others) {
            int[] all = new int[count() + others.count()];
            float[] allScores = new float[all.length];
            float[] allEstimates = new float[all.length];
            int size = 0;
            for (int i = 0, j = 0; i < count() || j < others.count(); size++) {
                boolean own = j == others.count() || (i < count() && documents[i] <= others.documents[j]);
                j += own && j < others.count() && documents[i] == others.documents[j] ? 1 : 0;
                Found from = own ? this : others;
                int index = own ? i++ : j++;
                all[size] = from.documents[index];
                allScores[size] = from.scores[index];
                allEstimates[size] = from.estimates[index];
            }
            return new Found(
                    Arrays.copyOf(all, size), Arrays.copyOf(allScores, size), Arrays.copyOf(allEstimates, size));
        }

        public boolean contains(int document) {
            return Arrays.binarySearch(documents, document) >= 0;
        }

        public int count() {
            return documents.length;
        }
    }

    /** Those in one segment. */
    public Found in(LeafReaderContext leaf) {
        return Found.exact(byRank, leaf);
    }

    /** Counts what it took to find them. */
    public void count(SearchCounters.Part work) {
        work.add(SearchCounters.Count.KNN_VECTORS_VISITED, visited);
        work.add(SearchCounters.Count.EXACT_SIMILARITIES, compared());
    }

    private long compared() {
        long compared =
                Arrays.stream(byRank).filter(hit -> !Float.isNaN(hit.score)).count();
        for (Found found : further.byLeaf()) {
            for (float score : found.scores()) {
                compared += Float.isNaN(score) ? 0 : 1;
            }
        }
        return compared;
    }

    /** The rank of a document, from 1 on; 0 if it is not among them. */
    public int rank(int doc) {
        for (int i = 0; i < byRank.length; i++) {
            if (byRank[i].doc == doc) {
                return i + 1;
            }
        }
        return 0;
    }
}
