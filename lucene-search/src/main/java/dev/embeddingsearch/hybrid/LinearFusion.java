/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

/**
 * How the two legs are weighed.
 *
 * @param bound the score that no document's lexical leg exceeds, or 0 where that leg scores nothing
 * @param lexical weight of the lexical leg, the query's boost included
 * @param vector weight of the vector leg, the query's boost included
 */
record LinearFusion(double bound, double lexical, double vector) {

    /** Maps a raw lexical score to [0, 1]; a negative one, of no match, to 0. */
    double normalize(double lexicalScore) {
        return bound > 0 ? Math.clamp(lexicalScore / bound, 0, 1) : 0;
    }

    /** The formula itself; both scores in [0, 1]. */
    float fuse(double lexicalScore, double vectorScore) {
        return (float) (lexical * lexicalScore + vector * vectorScore);
    }
}
