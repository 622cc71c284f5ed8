/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnResult;
import java.io.IOException;
import java.util.Arrays;

/**
 * The documents of one segment that a kNN search saw and that are hits, because it found them or because they match
 * otherwise. Their vectors are compared only where that decides which are the best.
 */
final class CandidateBounds {

    private final int[] documents;
    private final float[] lexical;
    private final double[] atLeast;
    private final double[] atMost;
    private final LeafVectors vectors;

    private CandidateBounds(int[] documents, float[] lexical, double[] atLeast, double[] atMost, LeafVectors vectors) {
        this.documents = documents;
        this.lexical = lexical;
        this.atLeast = atLeast;
        this.atMost = atMost;
        this.vectors = vectors;
    }

    /**
     * @param found what the kNN search found
     * @param further what it saw besides
     * @param complete scores the lexical leg
     * @param vectors scores the vector leg
     * @param estimates what is known of that score beforehand
     */
    static CandidateBounds of(
            KnnResult.Found found,
            KnnResult.Found further,
            CompleteScores complete,
            LeafVectors vectors,
            QuantizedBounds estimates)
            throws IOException {
        KnnResult.Found all = found.and(further);
        int[] indices = new int[all.count()];
        float[] scores = new float[all.count()];
        int count = 0;
        for (int i = 0; i < all.count(); i++) {
            scores[count] = complete.score(all.documents()[i]);
            if (scores[count] >= 0 || found.contains(all.documents()[i])) {
                indices[count++] = i;
            }
        }
        CandidateBounds seen = new CandidateBounds(
                new int[count], Arrays.copyOf(scores, count), new double[count], new double[count], vectors);
        for (int i = 0; i < count; i++) {
            seen.documents[i] = all.documents()[indices[i]];
            seen.bound(i, all.scores()[indices[i]], all.estimates()[indices[i]], estimates);
        }
        return seen;
    }

    private void bound(int i, float exact, float estimate, QuantizedBounds estimates) {
        boolean known = !Float.isNaN(exact);
        atLeast[i] = known ? vectors.normalise(exact) : estimates.lowest(estimate);
        atMost[i] = known ? atLeast[i] : estimates.highest(estimate);
    }

    int count() {
        return documents.length;
    }

    /** A score which the document with number {@code i} reaches. */
    float atLeast(int i, LinearFusion fusion) {
        return fusion.fuse(fusion.normalise(lexical[i]), atLeast[i]);
    }

    /**
     * Compares the vectors of documents that may reach a score. The others are taken for not similar at all: they are hits,
     * but none of the best.
     */
    void settle(float score, LinearFusion fusion) throws IOException {
        for (int i = 0; i < documents.length; i++) {
            if (atLeast[i] < atMost[i]) {
                boolean competes = fusion.fuse(fusion.normalise(lexical[i]), atMost[i]) >= score * Threshold.SLACK;
                atLeast[i] = competes ? vectors.score(documents[i]) : 0;
                atMost[i] = atLeast[i];
            }
        }
    }

    /** To be asked for when all is settled. */
    NearestDocuments nearest() {
        return new NearestDocuments(documents, () -> atLeast);
    }

    CompleteScores complete() {
        return document -> lexical[Arrays.binarySearch(documents, document)];
    }
}
