/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

/**
 * Decides whether the kNN search is extended to more candidates. All documents behind the last candidate are ruled out
 * together, by one bound, where otherwise each lexical match is compared by itself.
 *
 * @param matches about how many documents the lexical query matches, at most {@code documents}
 * @param documents how many documents the shard has
 * @param hits how many hits are wanted
 */
record CandidateExpansion(long matches, int documents, int hits) {

    /** With so many lexical matches among the candidates for each wanted hit, few others compete; measured. */
    static final double MATCHES_PER_HIT = 1.6;

    /** Extending the candidates by a few entries rarely lowers the bound. */
    static final double LEAST_GROWTH = 2;

    /** Visiting a node of the graph costs about as much as comparing the quantized vectors of so many lexical matches. */
    static final double STEP = 2;

    /** A search for n times as many candidates visits about n to this power times as many nodes; measured. */
    static final double STEPS_EXPONENT = 0.6;

    /**
     * The number of candidates to extend the search to; 0 if that costs more than it saves.
     *
     * @param candidates how many candidates there are now
     * @param visited how many vectors the search for them visited
     * @param reusable how many vectors have been visited that need not be visited again
     * @param competing the part of the lexical matches that would have to be compared now, in [0, 1]
     */
    int candidates(int candidates, long visited, long reusable, double competing) {
        if (visited == 0 || matches == 0) {
            return 0; // no vector to find, or no match to save
        }
        double wider = Math.max(LEAST_GROWTH * candidates, MATCHES_PER_HIT * hits * documents / matches);
        double all = Math.max(visited, reusable) * Math.pow(wider / candidates, STEPS_EXPONENT);
        double steps = Math.max(0, Math.min(all, documents) - reusable);
        return wider < documents && STEP * steps + wider <= competing * matches ? (int) wider : 0;
    }
}
