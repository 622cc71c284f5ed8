/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;

/**
 * How HNSW graphs are built, and which segments have one.
 *
 * @param m maximum number of neighbors of a node; twice as many on the lowest level
 * @param efConstruction length of the candidate list while a node is inserted
 * @param threshold a segment of n vectors has a graph if <code>n &gt; ln(n) * threshold</code>; 0 builds one in every
 *     segment, {@link #NO_GRAPH} in none
 * @param mergeWorkers threads that build a graph together in a merge, at least 1
 */
public record GraphOptions(int m, int efConstruction, int threshold, int mergeWorkers, FlushThreads flushThreads) {

    /** A threshold that no segment exceeds. */
    public static final int NO_GRAPH = Integer.MAX_VALUE;

    public GraphOptions(int m, int efConstruction, int threshold) {
        this(m, efConstruction, threshold, 1, FlushThreads.ONE);
    }

    /** With Lucene's defaults for {@code m} and {@code efConstruction}. */
    public static GraphOptions withThreshold(int threshold) {
        return new GraphOptions(
                Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN, Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH, threshold);
    }

    /**
     * The same options for merges with so many threads.
     *
     * @throws IllegalArgumentException if {@code workers} is less than 1
     */
    public GraphOptions withMergeWorkers(int workers) {
        if (workers < 1) {
            throw new IllegalArgumentException("expected at least one thread for a merge, got [" + workers + "]");
        }
        return new GraphOptions(m, efConstruction, threshold, workers, flushThreads);
    }

    /** The same options for flushes with these threads. */
    public GraphOptions withFlushThreads(FlushThreads threads) {
        return new GraphOptions(m, efConstruction, threshold, mergeWorkers, threads);
    }

    /** Whether any segment may have a graph. */
    boolean enabled() {
        return threshold < NO_GRAPH;
    }

    /** Whether a segment of so many vectors has a graph. */
    boolean buildsGraph(int vectors) {
        return threshold <= 0 || exceedsThreshold(vectors, threshold);
    }

    /**
     * Whether a scan of so many vectors visits more of them than a graph search with {@code k = threshold} does: Lucene
     * expects <code>ln(n) * k</code> visits, as {@link
     * org.apache.lucene.util.hnsw.HnswGraphSearcher#expectedVisitedNodes} computes them.
     */
    public static boolean exceedsThreshold(double vectors, int threshold) {
        int visited = (int) (Math.log(vectors) * threshold);
        return vectors > visited && visited > 0;
    }

    @Override
    public String toString() {
        return "m=" + m + ", ef_construction=" + efConstruction + ", graph_threshold=" + threshold + ", merge_workers="
                + mergeWorkers;
    }
}
