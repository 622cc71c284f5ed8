/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Collectors;
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

    /**
     * Documents of one segment, numbered within it, in increasing order.
     *
     * @param scores Lucene's exact scores of their vectors, or NaN where they are to be computed
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
    record Found(int[] documents, float[] scores) {

        static Found of(Stream<ScoreDoc> hits, LeafReaderContext leaf) {
            ScoreDoc[] sorted = hits.filter(hit -> hit.doc >= leaf.docBase
                            && hit.doc < leaf.docBase + leaf.reader().maxDoc())
                    .sorted(Comparator.comparingInt(hit -> hit.doc))
                    .toArray(ScoreDoc[]::new);
            int[] documents = new int[sorted.length];
            float[] scores = new float[sorted.length];
            for (int i = 0; i < sorted.length; i++) {
                documents[i] = sorted[i].doc - leaf.docBase;
                scores[i] = sorted[i].score;
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
        return Found.of(Arrays.stream(byRank), leaf);
    }

    /** Those in one segment and the further ones there. */
    Found allIn(LeafReaderContext leaf) {
        return Found.of(Stream.concat(Arrays.stream(byRank), Arrays.stream(further.documents())), leaf);
    }

    /** The same, but for the documents that a longer search saw besides them. */
    Nearest among(Nearest longer) {
        Set<Integer> found = Arrays.stream(byRank).map(hit -> hit.doc).collect(Collectors.toSet());
        ScoreDoc[] others = Stream.concat(Arrays.stream(longer.byRank), Arrays.stream(longer.further.documents()))
                .filter(hit -> found.contains(hit.doc) == false)
                .toArray(ScoreDoc[]::new);
        return new Nearest(
                byRank, outside, new Further(others, longer.further.outside()), visited + longer.visited, complete);
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
