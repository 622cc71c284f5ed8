/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.hnsw.HnswGraph;

/**
 * The graph of a source segment from which a merge may start: the segment has no deleted documents, and the graph was
 * written with the same {@code m}.
 *
 * @param nodes the vectors of the graph's nodes; null if each node is a vector, by its ordinal
 */
record ReusableGraph(MergeSegment segment, HnswGraph graph, GraphNodes nodes) {

    /** A graph that would lose a larger share of its nodes is not reused: too few of its links would be left. */
    private static final double MAX_DROPPED_SHARE = .25;

    /** All reusable graphs of {@code segments}, the largest first. */
    static List<ReusableGraph> of(String field, List<MergeSegment> segments, MergeState state, GraphOptions options)
            throws IOException {
        List<ReusableGraph> graphs = new ArrayList<>();
        for (MergeSegment segment : segments) {
            if (segment.reader() instanceof NodeGraphReader reader && state.liveDocs[segment.index()] == null) {
                HnswGraph graph = reader.nodeGraph(field);
                if (graph.size() > 0 && graph.maxConn() == options.m()) {
                    graphs.add(new ReusableGraph(segment, graph, reader.nodes(field)));
                }
            }
        }
        graphs.sort(Comparator.comparingInt((ReusableGraph candidate) -> candidate.graph.size())
                .reversed());
        return graphs;
    }

    /**
     * Makes the vectors of this graph's nodes representatives, except where a larger graph has claimed their duplicates
     * already: those nodes are dropped. The graph is not reused, and claims nothing, if more than a quarter of its
     * nodes would be dropped, or if two of its nodes have the same vector, as in graphs that version 0.1 wrote.
     *
     * @param first for each merged vector the lowest ordinal of a vector with the same components
     * @param representatives by those lowest ordinals; updated
     * @param claimed those lowest ordinals whose representatives are nodes of larger graphs; updated
     */
    void claim(int[] first, int[] representatives, FixedBitSet claimed) {
        FixedBitSet own = new FixedBitSet(first.length);
        FixedBitSet kept = new FixedBitSet(graph.size());
        for (int node = 0; node < graph.size(); node++) {
            int vector = first[mergedOrdinal(node)];
            if (own.getAndSet(vector)) {
                return;
            }
            if (!claimed.get(vector)) {
                kept.set(node);
            }
        }
        int left = kept.cardinality();
        if (graph.size() - left > graph.size() * MAX_DROPPED_SHARE) {
            return;
        }
        for (int node = 0; node < graph.size(); node++) {
            if (kept.get(node)) {
                representatives[first[mergedOrdinal(node)]] = mergedOrdinal(node);
            }
        }
        claimed.or(own);
        segment.reuseGraph(left == graph.size() ? graph : new InducedSubgraph(graph, kept));
    }

    /** Without deletes, the vector with ordinal i in its segment is the i-th merged vector. */
    private int mergedOrdinal(int node) {
        return segment.mergedOrdinal(nodes == null ? node : nodes.vector(node));
    }
}
