/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

/**
 * Decides which documents outside the kNN list may still reach the lowest score {@code t} that is asked for: those with
 * {@code lexical(d) >= (t - w * outside) / (1 - w)}, where no vector score outside the list exceeds {@code outside}.
 */
final class Threshold {

    /** Keeps a document whose score rounding has moved below the lowest one asked for. */
    static final double SLACK = 1 - 1e-6;

    private final LinearFusion fusion;
    private final double outside;
    private double threshold;

    /**
     * @param outside what the vector leg scores outside the kNN list at most, in [0, 1]
     * @param floor a score below which no document is of use, though it may have to be counted; or 0
     */
    Threshold(LinearFusion fusion, double outside, float floor) {
        this.fusion = fusion;
        this.outside = outside;
        this.threshold = floor * SLACK;
    }

    LinearFusion fusion() {
        return fusion;
    }

    /** Whether some documents are ruled out at all. */
    boolean rulesOut() {
        return threshold > 0;
    }

    /**
     * Asks for scores from {@code minScore} on.
     *
     * @return the lexical score that a document outside the list needs for that: 0 or less if it needs none, above 1 if
     *     no document has it
     */
    double raise(float minScore) {
        threshold = Math.max(threshold, minScore * SLACK);
        double missing = threshold - fusion.vector() * outside;
        return missing > 0 ? missing / fusion.lexical() : 0;
    }

    /** Whether a document outside the list may compete with this lexical score, in [0, 1]. */
    boolean admits(double lexicalScore) {
        return admits(lexicalScore, outside);
    }

    /** The same where more is known of its vector score: that it is likely no more than {@code vectorScore}. */
    boolean admits(double lexicalScore, double vectorScore) {
        return threshold <= 0 || fusion.lexical() * lexicalScore + fusion.vector() * vectorScore >= threshold;
    }

    /** The raw lexical score which scorers may skip below, for a normalised one from 0 to 1. */
    float rawMinimum(double required) {
        return Math.nextDown((float) (fusion.bound() * required * SLACK));
    }
}
