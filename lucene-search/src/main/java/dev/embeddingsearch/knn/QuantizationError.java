/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

/** The differences between exact scores and estimates by quantized vectors, where both are known. */
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

    /** Adds an error; 0, which is that of a score that was no estimate, is ignored. */
    void add(double error) {
        if (error != 0) {
            count++;
            largest = Math.max(largest, Math.abs(error));
            sum += error;
            squares += error * error;
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
}
