/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the kNN search of a shard saw, scored by both legs before any other document is looked at: those that it found, and
 * of the {@link Nearest.Further further} ones the lexical matches. The {@code n}-th best of them bounds the {@code n} best
 * hits of the shard from below, which rules most others out from the beginning on.
 */
final class Head {

    private final List<Part> parts;
    private final OutsideBound outside;
    private final Fusion fusion;
    private final float floor;

    /**
     * @param parts one for each segment, by its number
     * @param outside what is known of all documents that were not seen
     * @param fusion how the scores of both legs make one
     * @param hits how many documents are wanted; 0 for all
     */
    Head(List<Part> parts, OutsideBound outside, Fusion fusion, int hits) {
        this.parts = parts;
        this.outside = outside;
        this.fusion = fusion;
        this.floor = floor(hits);
    }

    /**
     * Those of one segment.
     *
     * @param documents in increasing order, numbered within the segment
     * @param vector their scores by the vector leg, in [0, 1]
     * @param lexical their raw lexical scores, negative where they do not match
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
    record Part(int[] documents, double[] vector, float[] lexical) {

        /**
         * @param found what the kNN search found, in increasing order
         * @param seen the same and the further ones
         */
        static Part of(Nearest.Found found, Nearest.Found seen, LeafVectors vectors, CompleteScores complete)
                throws IOException {
            float[] scores = new float[seen.count()];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = complete.score(seen.document(i));
            }
            int[] indices = IntStream.range(0, scores.length)
                    .filter(i -> scores[i] >= 0 || found.contains(seen.document(i)))
                    .toArray();
            Nearest.Found kept = seen.only(indices);
            float[] lexical = new float[indices.length];
            for (int i = 0; i < lexical.length; i++) {
                lexical[i] = scores[indices[i]];
            }
            return new Part(kept.documents(), vectors.scores(kept), lexical);
        }

        NearestDocuments nearest() {
            return new NearestDocuments(documents, () -> vector);
        }

        CompleteScores complete() {
            return doc -> lexical[Arrays.binarySearch(documents, doc)];
        }

        private int count() {
            return documents.length;
        }
    }

    /** Those of the segment with number {@code ord}. */
    Part part(int ord) {
        return parts.get(ord);
    }

    /** What is known of all documents that the search did not see. */
    OutsideBound outside() {
        return outside;
    }

    /** A score that as many of the best documents of the shard reach as are wanted; 0 where that is unknown. */
    float floor() {
        return floor;
    }

    private float floor(int hits) {
        double[] scores = new double[parts.stream().mapToInt(Part::count).sum()];
        int count = 0;
        for (Part part : parts) {
            for (int i = 0; i < part.count(); i++) {
                scores[count++] = fusion.fuse(fusion.normalise(part.lexical[i]), part.vector[i]);
            }
        }
        Arrays.sort(scores);
        return hits > 0 && hits <= count ? (float) scores[count - hits] : 0;
    }
}
