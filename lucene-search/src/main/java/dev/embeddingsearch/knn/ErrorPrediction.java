/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

/**
 * The errors of estimated scores as normally distributed around {@code intercept + slope * estimate}.
 *
 * @param slope -1, where estimates say nothing, to 0, where an error does not depend on the estimate
 * @param deviation the standard deviation; NaN where nothing is known
 */
record ErrorPrediction(double intercept, double slope, double deviation) {

    static final ErrorPrediction UNKNOWN = new ErrorPrediction(0, 0, Double.NaN);

    /** Beyond so many standard deviations the probability is taken to be 0. */
    private static final double FAR = 6;

    boolean isKnown() {
        return !Double.isNaN(deviation);
    }

    /** The probability that a document with this estimate has an exact score of at least {@code score}. */
    double probability(double estimate, double score) {
        double missing = score - estimate - intercept - slope * estimate;
        if (deviation == 0) {
            return missing > 0 ? 0 : 1;
        }
        double z = missing / deviation;
        return z < 0 ? 1 - tail(-z) : tail(z);
    }

    /**
     * The probability that a standard normal variable exceeds {@code z}, 0 or more, to within {@code 1e-5}: Abramowitz and
     * Stegun, Handbook of Mathematical Functions, 26.2.16.
     */
    private static double tail(double z) {
        if (z > FAR) {
            return 0;
        }
        double t = 1 / (1 + 0.33267 * z);
        double density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
        return density * t * (0.4361836 + t * (-0.1201676 + t * 0.9372980));
    }
}
