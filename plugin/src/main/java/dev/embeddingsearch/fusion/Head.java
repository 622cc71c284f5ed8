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

    /**
     * @param parts one for each segment, by its number
     * @param outside what is known of all documents that were not seen
     */
    Head(List<Part> parts, OutsideBound outside) {
        this.parts = parts;
        this.outside = outside;
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

        private IntStream indices() {
            return IntStream.range(0, documents.length);
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

    /** The part of the lexical matches that scores at least {@code least}, in [0, 1]; 1 where there are none. */
    double lexicalShare(double least, Fusion fusion) {
        double[] matches = parts.stream()
                .flatMapToDouble(part -> part.indices().mapToDouble(i -> part.lexical[i]))
                .filter(raw -> raw >= 0)
                .map(fusion::normalise)
                .toArray();
        return matches.length == 0
                ? 1
                : (double) Arrays.stream(matches)
                                .filter(score -> score >= least)
                                .count()
                        / matches.length;
    }

    /** A score that the {@code hits} best documents of the shard reach; 0 where that is unknown, or none are asked for. */
    float floor(int hits, Fusion fusion) {
        double[] scores = parts.stream()
                .flatMapToDouble(part ->
                        part.indices().mapToDouble(i -> fusion.fuse(fusion.normalise(part.lexical[i]), part.vector[i])))
                .sorted()
                .toArray();
        return hits > 0 && hits <= scores.length ? (float) scores[scores.length - hits] : 0;
    }
}
