/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

/** By how much the scores that codes give were off, where the exact ones are known. */
final class QuantizationError {

    /** With fewer than these, nothing is said of others. */
    static final int ENOUGH = 16;

    /** Of errors that are spread normally, one in a thousand million is further off than so many deviations. */
    static final double LIKELY_DEVIATIONS = 6;

    /** A vector with a component far from all others is cut there, which fine codes otherwise would not let expect. */
    static final double LEAST = 0.002;

    private int count;
    private double largest;
    private double sum;
    private double squares;

    /** An error of 0 is that of a score which was no estimate. */
    void add(double error) {
        if (error != 0) {
            count++;
            largest = Math.max(largest, Math.abs(error));
            sum += error;
            squares += error * error;
        }
    }

    /** The largest of all, 0 if there are none. */
    double largest() {
        return largest;
    }

    /**
     * What the errors of documents outside likely do not exceed; infinite where too few errors are known. It is the spread
     * of the known ones that counts, not their mean: who was taken for a candidate was rather estimated too high.
     */
    double likely() {
        if (count < ENOUGH) {
            return Double.POSITIVE_INFINITY;
        }
        double mean = sum / count;
        return LIKELY_DEVIATIONS * Math.sqrt(Math.max(0, squares / count - mean * mean)) + LEAST;
    }
}
