/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.hnsw.HnswGraph;

/**
 * The lowest level of a graph without some of its nodes, the others numbered anew in their order. Lucene adds such a graph
 * to a larger one: it looks up where to begin, and searches the neighbours of each node again.
 */
final class ThinnedGraph extends HnswGraph {
    private static final int GONE = -1;

    private final HnswGraph graph;
    private final int[] nodes;
    /** The inverse. */
    private final int[] numbers;

    private int[] neighbours = new int[0];
    private int count;
    private int next;

    ThinnedGraph(HnswGraph graph, FixedBitSet kept) {
        this.graph = graph;
        this.nodes = new int[kept.cardinality()];
        this.numbers = new int[graph.size()];
        Arrays.fill(numbers, GONE);
        int node = 0;
        for (int old = 0; old < numbers.length; old++) {
            if (kept.get(old)) {
                nodes[node] = old;
                numbers[old] = node++;
            }
        }
    }

    @Override
    public void seek(int level, int node) throws IOException {
        if (level != 0) {
            throw new IllegalArgumentException("a thinned graph has level 0 only, got [" + level + "]");
        }
        graph.seek(0, nodes[node]);
        neighbours = ArrayUtil.growNoCopy(neighbours, graph.neighborCount());
        count = 0;
        next = 0;
        for (int old = graph.nextNeighbor(); old != DocIdSetIterator.NO_MORE_DOCS; old = graph.nextNeighbor()) {
            if (numbers[old] != GONE) {
                neighbours[count++] = numbers[old];
            }
        }
    }

    @Override
    public int nextNeighbor() {
        return next < count ? neighbours[next++] : DocIdSetIterator.NO_MORE_DOCS;
    }

    @Override
    public int neighborCount() {
        return count;
    }

    @Override
    public int size() {
        return nodes.length;
    }

    @Override
    public int numLevels() {
        return 1;
    }

    @Override
    public int maxConn() {
        return graph.maxConn();
    }

    @Override
    public int entryNode() {
        return 0;
    }

    @Override
    public NodesIterator getNodesOnLevel(int level) {
        return new DenseNodesIterator(size());
    }
}
