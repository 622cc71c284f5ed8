/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

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
public record UnseenBound(double certain, double likely, double error) {

    public static final UnseenBound UNKNOWN =
            new UnseenBound(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

    public static UnseenBound exact(double similarity) {
        return new UnseenBound(similarity, similarity, Double.POSITIVE_INFINITY);
    }

    static UnseenBound approximate(double similarity) {
        return new UnseenBound(Double.POSITIVE_INFINITY, similarity, Double.POSITIVE_INFINITY);
    }

    /** The same where estimates are likely off by no more than {@code atMost}. */
    UnseenBound withError(double atMost) {
        return new UnseenBound(certain, likely, atMost);
    }
}
