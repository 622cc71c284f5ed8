/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

/**
 * The lowest score {@code t} that is still competitive. A document that is no candidate can reach it only if {@code
 * lexical(d) >= (t - w * unseen) / (1 - w)}, where {@code unseen} bounds the vector score of all such documents.
 */
final class Threshold {

    /** Keeps documents whose score rounding has moved slightly below the threshold. */
    static final double SLACK = 1 - 1e-6;

    private final LinearFusion fusion;
    private final double unseen;
    private double threshold;

    /**
     * @param unseen bounds the vector score of documents that are no candidates, in [0, 1]
     * @param minScore a score below which no document is of use, though it may have to be counted; or 0
     */
    Threshold(LinearFusion fusion, double unseen, float minScore) {
        this.fusion = fusion;
        this.unseen = unseen;
        this.threshold = minScore * SLACK;
    }

    LinearFusion fusion() {
        return fusion;
    }

    /** Whether any document can be ruled out. */
    boolean rulesOut() {
        return threshold > 0;
    }

    /**
     * Raises the threshold to {@code minScore}, if that is higher.
     *
     * @return the same as {@link #requiredLexical}
     */
    double raise(float minScore) {
        threshold = Math.max(threshold, minScore * SLACK);
        return requiredLexical();
    }

    /**
     * The lexical score that a document needs to reach the threshold if it is no candidate: 0 or less if it needs none, above
     * 1 if no document can reach it.
     */
    double requiredLexical() {
        double missing = threshold - fusion.vector() * unseen;
        return missing > 0 ? missing / fusion.lexical() : 0;
    }

    /** Whether a document that is no candidate may compete with this lexical score, in [0, 1]. */
    boolean admits(double lexicalScore) {
        return admits(lexicalScore, unseen);
    }

    /** Whether such a document may compete if its vector score is at most {@code vectorScore}. */
    boolean admits(double lexicalScore, double vectorScore) {
        return threshold <= 0 || fusion.lexical() * lexicalScore + fusion.vector() * vectorScore >= threshold;
    }

    /** The raw lexical score below which scorers may skip, for a normalized one in [0, 1]. */
    float rawMinimum(double required) {
        return Math.nextDown((float) (fusion.bound() * required * SLACK));
    }
}
