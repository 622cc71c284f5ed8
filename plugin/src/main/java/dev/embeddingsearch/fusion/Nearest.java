/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
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
record Nearest(
        ScoreDoc[] byRank,
        OutsideBound outside,
        Further further,
        EstimateErrors errors,
        long visited,
        boolean complete) {

    /** What a search found that did not come to its end. */
    static Nearest partial(ScoreDoc[] byRank, long visited) {
        return new Nearest(byRank, OutsideBound.UNKNOWN, Further.UNKNOWN, new EstimateErrors(), visited, false);
    }

    /** What is found where nothing can be. */
    static Nearest none() {
        return new Nearest(new ScoreDoc[0], OutsideBound.UNKNOWN, Further.UNKNOWN, new EstimateErrors(), 0, true);
    }

    /** The same, of which nothing is known about other documents but how far estimates of them are off. */
    Nearest unbounded() {
        OutsideBound unknown = OutsideBound.UNKNOWN.withError(outside.error());
        return new Nearest(byRank, unknown, new Further(new ScoreDoc[0], unknown), errors, visited, complete);
    }

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

    /**
     * Documents of one segment, numbered within it, in increasing order.
     *
     * @param scores Lucene's exact scores of their vectors, or NaN where they are to be computed
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
    record Found(int[] documents, float[] scores) {

        /** Those of {@code hits} that lie in {@code leaf}. */
        static Found of(ScoreDoc[] hits, LeafReaderContext leaf) {
            long[] keys = new long[hits.length];
            int count = 0;
            for (ScoreDoc hit : hits) {
                int document = hit.doc - leaf.docBase;
                if (document >= 0 && document < leaf.reader().maxDoc()) {
                    keys[count++] =
                            (long) document << Integer.SIZE | Integer.toUnsignedLong(Float.floatToIntBits(hit.score));
                }
            }
            Arrays.sort(keys, 0, count);
            int[] documents = new int[count];
            float[] scores = new float[count];
            for (int i = 0; i < count; i++) {
                documents[i] = (int) (keys[i] >>> Integer.SIZE);
                scores[i] = Float.intBitsToFloat((int) keys[i]);
            }
            return new Found(documents, scores);
        }

        int count() {
            return documents.length;
        }

        int document(int i) {
            return documents[i];
        }

        float score(int i) {
            return scores[i];
        }

        boolean contains(int document) {
            return Arrays.binarySearch(documents, document) >= 0;
        }

        /** Those with the given indices, which increase. */
        Found only(int[] indices) {
            int[] keptDocuments = new int[indices.length];
            float[] keptScores = new float[indices.length];
            for (int i = 0; i < indices.length; i++) {
                keptDocuments[i] = documents[indices[i]];
                keptScores[i] = scores[indices[i]];
            }
            return new Found(keptDocuments, keptScores);
        }
    }

    /** Those in one segment. */
    Found in(LeafReaderContext leaf) {
        return Found.of(byRank, leaf);
    }

    /** Those in one segment and the further ones there. */
    Found allIn(LeafReaderContext leaf) {
        ScoreDoc[] all = Arrays.copyOf(byRank, byRank.length + further.documents().length);
        System.arraycopy(further.documents(), 0, all, byRank.length, further.documents().length);
        return Found.of(all, leaf);
    }

    /** The same, but for the documents that a longer search saw besides them. */
    Nearest among(Further longer) {
        Set<Integer> found = new HashSet<>();
        for (ScoreDoc hit : byRank) {
            found.add(hit.doc);
        }
        ScoreDoc[] others = Arrays.stream(longer.documents())
                .filter(hit -> found.contains(hit.doc) == false)
                .toArray(ScoreDoc[]::new);
        return new Nearest(byRank, outside, new Further(others, longer.outside()), errors, visited, complete);
    }

    /** Counts what it took to find them. */
    void count(Work.Part work) {
        work.add(Work.Count.KNN_VECTORS_VISITED, visited);
        work.add(Work.Count.EXACT_SIMILARITIES, compared());
    }

    private long compared() {
        return Stream.concat(Arrays.stream(byRank), Arrays.stream(further.documents()))
                .filter(hit -> Float.isNaN(hit.score) == false)
                .count();
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
