/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;

/**
 * The parts of one document's score, which is the sum of {@code weight * score} of both legs.
 *
 * @param lexical the lexical leg's part
 * @param vector the vector leg's part
 */
public record LegScores(Lexical lexical, Vector vector) {

    /**
     * The lexical leg's part of a score.
     *
     * @param raw the score of the lexical query, or NaN if it does not match
     * @param bound the score that no document exceeds
     * @param score {@code raw / bound}, 0 if it does not match
     * @param weight the leg's weight, the query's boost included
     */
    public record Lexical(double raw, double bound, double score, double weight) {

        public boolean matches() {
            return !Double.isNaN(raw);
        }
    }

    /**
     * The vector leg's part of a score.
     *
     * @param raw the exact similarity with the query's vector, or NaN if the document has none
     * @param mean the mean similarity of the query's vector with all others
     * @param range the distance from the mean at which a similarity counts fully
     * @param score {@code raw} mapped to [0, 1], 0 without a vector
     * @param weight the leg's weight, the query's boost included
     * @param rank its rank among the hits of the kNN search, from 1 on; 0 if it is none
     */
    public record Vector(double raw, double mean, double range, double score, double weight, int rank) {

        public boolean exists() {
            return !Double.isNaN(raw);
        }
    }

    /** Whether either leg found the document. */
    public boolean found() {
        return lexical.matches() || vector.rank() > 0;
    }

    /** Breaks the scores of a query on one reader down to their legs. */
    public interface Source {

        /**
         * The parts of the score of one document, whether it is a match or not.
         *
         * @param doc numbered within {@code leaf}
         */
        LegScores of(LeafReaderContext leaf, int doc) throws IOException;
    }
}
