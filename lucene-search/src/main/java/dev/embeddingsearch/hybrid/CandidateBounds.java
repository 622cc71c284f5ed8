/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.LeafHits;
import java.io.IOException;
import java.util.Arrays;

/**
 * The candidates of one segment, which are the kNN search's hits and those of its extra candidates that match the lexical
 * query, with a lower and an upper bound of each vector score. {@link #resolve} reads the stored vectors of those that the
 * bounds leave undecided.
 */
final class CandidateBounds {

    private final int[] documents;
    private final float[] lexical;
    private final double[] lower;
    private final double[] upper;
    /** The vector scores, once they are resolved. */
    private final double[] scores;

    private final LeafVectors vectors;

    private CandidateBounds(int[] documents, float[] lexical, LeafVectors vectors) {
        this.documents = documents;
        this.lexical = lexical;
        this.lower = new double[documents.length];
        this.upper = new double[documents.length];
        this.scores = new double[documents.length];
        this.vectors = vectors;
    }

    /**
     * Bounds the scores of the candidates.
     *
     * @param nearest the kNN search's hits, all of which are candidates
     * @param extra its extra candidates, of which only lexical matches are candidates
     * @param lexicalScores scores the lexical leg
     * @param vectors scores the vector leg exactly
     * @param quantized bounds the vector leg's score
     */
    static CandidateBounds of(
            LeafHits nearest,
            LeafHits extra,
            CompleteScores lexicalScores,
            LeafVectors vectors,
            QuantizedBounds quantized)
            throws IOException {
        LeafHits all = nearest.and(extra);
        int[] indices = new int[all.count()];
        float[] scores = new float[all.count()];
        int count = 0;
        for (int i = 0; i < all.count(); i++) {
            scores[count] = lexicalScores.score(all.documents()[i]);
            if (scores[count] >= 0 || nearest.contains(all.documents()[i])) {
                indices[count++] = i;
            }
        }
        CandidateBounds bounds = new CandidateBounds(new int[count], Arrays.copyOf(scores, count), vectors);
        for (int i = 0; i < count; i++) {
            bounds.documents[i] = all.documents()[indices[i]];
            bounds.bound(i, all.scores()[indices[i]], all.estimates()[indices[i]], quantized);
        }
        return bounds;
    }

    private void bound(int i, float exact, float estimate, QuantizedBounds quantized) {
        boolean known = !Float.isNaN(exact);
        lower[i] = known ? vectors.normalize(exact) : quantized.lower(estimate);
        upper[i] = known ? lower[i] : quantized.upper(estimate);
    }

    int count() {
        return documents.length;
    }

    /** A lower bound of the fused score of the candidate with number {@code i}. */
    float lowerScore(int i, LinearFusion fusion) {
        return fusion.fuse(fusion.normalize(lexical[i]), lower[i]);
    }

    /** The fused score of the candidate with number {@code i}, once it is resolved. */
    float score(int i, LinearFusion fusion) {
        return fusion.fuse(fusion.normalize(lexical[i]), scores[i]);
    }

    /**
     * Computes the exact vector score of each candidate whose upper bound reaches {@code score}. The others get a vector
     * score of 0: they are hits, but not among the best, so that their score is of no interest.
     */
    void resolve(float score, LinearFusion fusion) throws IOException {
        for (int i = 0; i < documents.length; i++) {
            boolean exact = lower[i] >= upper[i];
            boolean competes = fusion.fuse(fusion.normalize(lexical[i]), upper[i]) >= score * Threshold.SLACK;
            scores[i] = exact ? lower[i] : competes ? vectors.score(documents[i]) : 0;
        }
    }

    /** The candidates with their vector scores, once they are resolved. */
    ScoredDocuments scored() {
        return new ScoredDocuments(documents, () -> scores);
    }

    /** The lexical scores of the candidates. */
    CompleteScores lexicalScores() {
        return document -> lexical[Arrays.binarySearch(documents, document)];
    }
}
