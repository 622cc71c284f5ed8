/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

/**
 * Upper bounds of the raw similarity of the documents that a kNN search did not return; positive infinity where unknown.
 *
 * <p>An exact search of {@code k} documents returns no document that is less similar than one it leaves out, so the last of
 * them is a certain bound. If it returns fewer, all others are below the minimum similarity or have no vector. A graph search
 * may overlook documents, so the last of its {@code k} documents is only a likely bound. Pruning relies on likely bounds and
 * may thus miss documents that the graph search overlooked; maximum scores of blocks rely on certain bounds. A graph search
 * that returns fewer than {@code k} documents bounds nothing, nor does a search with a filter that the lexical query lacks.
 *
 * @param certain exceeded by no document
 * @param likely exceeded only by documents that an approximate search overlooked
 * @param error the likely maximum error of such a document's estimate by its quantized vector; infinite where unknown
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

    /** The same bounds with another error. */
    UnseenBound withError(double atMost) {
        return new UnseenBound(certain, likely, atMost);
    }
}
