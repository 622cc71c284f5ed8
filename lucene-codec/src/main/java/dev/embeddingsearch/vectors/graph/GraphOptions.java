/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;

/**
 * How graphs are written.
 *
 * @param m neighbours of a node, twice as many on the lowest level
 * @param efConstruction candidates kept while a node's neighbours are searched
 * @param threshold a segment of n vectors has a graph where <code>n &gt; ln(n) * threshold</code>
 * @param mergeWorkers threads that build a graph together in a merge, at least 1
 */
public record GraphOptions(int m, int efConstruction, int threshold, int mergeWorkers) {

    /** A threshold that no segment exceeds. */
    public static final int NEVER = Integer.MAX_VALUE;

    public GraphOptions(int m, int efConstruction, int threshold) {
        this(m, efConstruction, threshold, 1);
    }

    /** With Lucene's defaults for the graph. */
    public static GraphOptions withThreshold(int threshold) {
        return new GraphOptions(
                Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN, Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH, threshold);
    }

    public GraphOptions withMergeWorkers(int workers) {
        if (workers < 1) {
            throw new IllegalArgumentException("expected at least one thread for a merge, got [" + workers + "]");
        }
        return new GraphOptions(m, efConstruction, threshold, workers);
    }

    /** Whether there may be a graph at all. */
    boolean possible() {
        return threshold < NEVER;
    }

    /** Whether a segment of so many vectors has a graph; a threshold of 0 wants one in each. */
    public boolean worthwhile(int vectors) {
        return threshold <= 0 || worthwhile(vectors, threshold);
    }

    /** Whether more vectors would be scanned than a search for {@code threshold} looks at in a graph. */
    public static boolean worthwhile(double vectors, int threshold) {
        int visited = (int) (Math.log(vectors) * threshold);
        return vectors > visited && visited > 0;
    }

    @Override
    public String toString() {
        return "m=" + m + ", ef_construction=" + efConstruction + ", graph_threshold=" + threshold + ", merge_workers="
                + mergeWorkers;
    }
}
