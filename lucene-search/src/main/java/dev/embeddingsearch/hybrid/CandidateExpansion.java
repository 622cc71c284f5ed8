/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

/**
 * Whether a longer list of nearest documents is worth while: what lies behind its end is ruled out together, instead of
 * one lexical match after the other.
 *
 * @param matches how many documents the lexical query matches, about; no more than there are
 * @param documents how many there are
 * @param hits how many are wanted
 */
record CandidateExpansion(long matches, int documents, int hits) {

    /** With so many lexical matches for each hit in the list, few behind it compete; measured. */
    static final double MATCHES_PER_HIT = 1.6;

    /** A list that is hardly longer bounds hardly more. */
    static final double LEAST_GROWTH = 2;

    /** A step in the graph takes about as long as comparing the codes of so many lexical matches one after the other. */
    static final double STEP = 2;

    /** A list of n times as many documents takes this power of n as many steps; measured. */
    static final double STEPS_EXPONENT = 0.6;

    /**
     * How many candidates to seek; 0 if that takes longer than it saves.
     *
     * @param candidates how many the list has now
     * @param visited how many vectors were looked at for that list
     * @param begun how many of those that were looked at so far need not be looked at again
     * @param competing the part of the lexical matches that has yet to be compared, from 0 to 1
     */
    int candidates(int candidates, long visited, long begun, double competing) {
        if (visited == 0 || matches == 0) {
            return 0; // nothing to be found, or nothing to be spared
        }
        double wider = Math.max(LEAST_GROWTH * candidates, MATCHES_PER_HIT * hits * documents / matches);
        double all = Math.max(visited, begun) * Math.pow(wider / candidates, STEPS_EXPONENT);
        double steps = Math.max(0, Math.min(all, documents) - begun);
        return wider < documents && STEP * steps + wider <= competing * matches ? (int) wider : 0;
    }
}
