/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;

/**
 * How the score of one document comes about: {@code weight * score} of both legs, added.
 *
 * @param lexical what the lexical leg says of it
 * @param vector what the vector leg says of it
 */
public record LegScores(Lexical lexical, Vector vector) {

    /**
     * What the lexical leg says of the document.
     *
     * @param raw the score of the lexical query, or NaN if it does not match
     * @param bound what no document exceeds
     * @param score {@code raw / bound}, 0 if it does not match
     * @param weight the leg's weight, the query's boost included
     */
    public record Lexical(double raw, double bound, double score, double weight) {

        public boolean matches() {
            return !Double.isNaN(raw);
        }
    }

    /**
     * What the vector leg says of the document.
     *
     * @param raw the exact similarity with the query's vector, or NaN if the document has none
     * @param mean the mean similarity of the query's vector with all others
     * @param range the distance from the mean at which a similarity counts fully
     * @param score {@code raw} mapped to [0, 1], 0 without a vector
     * @param weight the leg's weight, the query's boost included
     * @param rank which of the nearest it is, from 1 on, or 0 if it is not among them
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

    /** Takes apart the scores that a query gives on one reader. */
    public interface Source {

        /**
         * Takes the score of one document apart, found or not.
         *
         * @param doc numbered within {@code leaf}
         */
        LegScores of(LeafReaderContext leaf, int doc) throws IOException;
    }
}
