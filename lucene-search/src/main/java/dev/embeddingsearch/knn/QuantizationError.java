/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

/**
 * What is known of the scores of documents from the estimates by their quantized vectors, from documents of which both are
 * known.
 */
final class QuantizationError {

    /** With fewer known errors, nothing is concluded for others. */
    static final int ENOUGH = 16;

    /** One in a billion normally distributed errors exceeds so many standard deviations. */
    static final double LIKELY_DEVIATIONS = 6;

    /** Quantization clips a component that is far from all others, an error that finely quantized vectors do not show. */
    static final double LEAST = 0.002;

    private int count;
    private double largest;
    private double sum;
    private double squares;

    private double estimates;
    private double estimateSquares;
    private double products;

    /** Adds a document; one whose estimate is exact is ignored, since it was no estimate. */
    void add(double estimate, double exact) {
        double error = exact - estimate;
        if (error != 0) {
            count++;
            largest = Math.max(largest, Math.abs(error));
            sum += error;
            squares += error * error;
            estimates += estimate;
            estimateSquares += estimate * estimate;
            products += estimate * error;
        }
    }

    /** The largest known error; 0 if there is none. */
    double largest() {
        return largest;
    }

    /**
     * A likely upper bound of the errors of other documents; infinite where too few errors are known. It uses the standard
     * deviation of the known errors and not their mean, since candidates are rather those that were estimated too high.
     */
    double likely() {
        if (count < ENOUGH) {
            return Double.POSITIVE_INFINITY;
        }
        double mean = sum / count;
        return LIKELY_DEVIATIONS * Math.sqrt(Math.max(0, squares / count - mean * mean)) + LEAST;
    }

    /**
     * Predicts errors from estimates by linear regression (least squares). Of many documents about as near as each other,
     * those with the highest estimates are those estimated too high, the more so the higher: the regression knows, the mean
     * error does not.
     */
    ErrorPrediction prediction() {
        if (count < ENOUGH) {
            return ErrorPrediction.UNKNOWN;
        }
        double meanEstimate = estimates / count;
        double meanError = sum / count;
        double estimateVariance = Math.max(0, estimateSquares / count - meanEstimate * meanEstimate);
        double covariance = products / count - meanEstimate * meanError;
        double slope = estimateVariance == 0 ? 0 : Math.clamp(covariance / estimateVariance, -1, 0);
        double variance = squares / count - meanError * meanError - slope * (2 * covariance - slope * estimateVariance);
        return new ErrorPrediction(
                meanError - slope * meanEstimate, slope, Math.sqrt(Math.max(0, variance) * count / (count - 2)));
    }
}
