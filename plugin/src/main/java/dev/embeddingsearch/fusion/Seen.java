/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.io.IOException;
import java.util.Arrays;

/**
 * The documents of one segment that a kNN search saw and that are hits, because it found them or because they match
 * otherwise. Their vectors are compared only where that decides which are the best.
 */
final class Seen {

    private final int[] documents;
    private final float[] lexical;
    private final double[] atLeast;
    private final double[] atMost;
    private final LeafVectors vectors;
    private int count;

    /**
     * @param found what the kNN search found
     * @param further what it saw besides
     * @param complete scores the lexical leg
     * @param vectors scores the vector leg
     * @param estimates what is known of that score beforehand
     */
    Seen(
            Nearest.Found found,
            Nearest.Found further,
            CompleteScores complete,
            LeafVectors vectors,
            EstimatedScores estimates)
            throws IOException {
        Nearest.Found all = found.and(further);
        this.documents = new int[all.count()];
        this.lexical = new float[all.count()];
        this.atLeast = new double[all.count()];
        this.atMost = new double[all.count()];
        this.vectors = vectors;
        for (int i = 0; i < all.count(); i++) {
            int document = all.documents()[i];
            float score = complete.score(document);
            if (score >= 0 || found.contains(document)) {
                documents[count] = document;
                lexical[count] = score;
                if (Float.isNaN(all.scores()[i])) {
                    atLeast[count] = estimates.lowest(all.estimates()[i]);
                    atMost[count] = estimates.highest(all.estimates()[i]);
                } else {
                    atLeast[count] = vectors.normalise(all.scores()[i]);
                    atMost[count] = atLeast[count];
                }
                count++;
            }
        }
    }

    int count() {
        return count;
    }

    /** A score which the document with number {@code i} reaches. */
    float atLeast(int i, Fusion fusion) {
        return fusion.fuse(fusion.normalise(lexical[i]), atLeast[i]);
    }

    /**
     * Compares the vectors of documents that may reach a score. The others are taken for not similar at all: they are hits,
     * but none of the best.
     */
    void settle(float score, Fusion fusion) throws IOException {
        for (int i = 0; i < count; i++) {
            if (atLeast[i] < atMost[i]) {
                boolean competes = fusion.fuse(fusion.normalise(lexical[i]), atMost[i]) >= score * Competition.SLACK;
                atLeast[i] = competes ? vectors.score(documents[i]) : 0;
                atMost[i] = atLeast[i];
            }
        }
    }

    /** To be asked for when all is settled. */
    NearestDocuments nearest() {
        return new NearestDocuments(Arrays.copyOf(documents, count), () -> Arrays.copyOf(atLeast, count));
    }

    CompleteScores complete() {
        return document -> lexical[Arrays.binarySearch(documents, 0, count, document)];
    }
}
