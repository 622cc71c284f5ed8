/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

/**
 * How similar the documents outside a kNN list are at most, as raw similarities; positive infinity where unknown.
 *
 * <p>Behind an exact list of {@code k} documents nothing is more similar than its last one; behind a shorter list there
 * are only documents below the minimum similarity and documents without a vector. A graph search may overlook documents,
 * so the last of its {@code k} is only likely the bound: pruning relies on it, block maxima do not. What pruning may then
 * leave out of the top hits are documents which the graph overlooked although they are more similar than that. An
 * approximate list of fewer than {@code k} bounds nothing, nor does a list under a filter that the lexical query lacks.
 *
 * @param certain exceeded by no document
 * @param likely exceeded only by documents that an approximate search overlooked
 * @param error by how much the estimate of such a document by its codes is likely off at most; infinite where unknown
 */
record OutsideBound(double certain, double likely, double error) {

    static final OutsideBound UNKNOWN =
            new OutsideBound(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

    static OutsideBound exact(double similarity) {
        return new OutsideBound(similarity, similarity, Double.POSITIVE_INFINITY);
    }

    static OutsideBound approximate(double similarity) {
        return new OutsideBound(Double.POSITIVE_INFINITY, similarity, Double.POSITIVE_INFINITY);
    }

    /** The same where estimates are likely off by no more than {@code atMost}. */
    OutsideBound withError(double atMost) {
        return new OutsideBound(certain, likely, atMost);
    }

    /** Both bounds mapped to [0, 1], the error as it is. */
    OutsideBound normalised(Calibration calibration) {
        return new OutsideBound(calibration.bound(certain), calibration.bound(likely), error);
    }
}
