/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.hnsw.HnswGraph;

/**
 * The subgraph that some nodes induce in the lowest level of a graph: these nodes, renumbered in their order, and the
 * links among them. It is enough for {@link org.apache.lucene.util.hnsw.MergingHnswGraphBuilder}, which reads only
 * the links of the lowest level of a graph that it adds to a larger one, and searches each node's neighbors again.
 */
final class InducedSubgraph extends HnswGraph {
    private static final int DROPPED = -1;

    private final HnswGraph graph;
    /** The node of {@link #graph} by node of the subgraph. */
    private final int[] oldNodes;
    /** The inverse; {@link #DROPPED} for nodes that are not in the subgraph. */
    private final int[] newNodes;

    private int[] neighbors = new int[0];
    private int count;
    private int next;

    InducedSubgraph(HnswGraph graph, FixedBitSet kept) {
        this.graph = graph;
        this.oldNodes = new int[kept.cardinality()];
        this.newNodes = new int[graph.size()];
        Arrays.fill(newNodes, DROPPED);
        int node = 0;
        for (int old = 0; old < newNodes.length; old++) {
            if (kept.get(old)) {
                oldNodes[node] = old;
                newNodes[old] = node++;
            }
        }
    }

    @Override
    public void seek(int level, int node) throws IOException {
        if (level != 0) {
            throw new IllegalArgumentException("a subgraph has level 0 only, got [" + level + "]");
        }
        graph.seek(0, oldNodes[node]);
        neighbors = ArrayUtil.growNoCopy(neighbors, graph.neighborCount());
        count = 0;
        next = 0;
        for (int old = graph.nextNeighbor(); old != DocIdSetIterator.NO_MORE_DOCS; old = graph.nextNeighbor()) {
            if (newNodes[old] != DROPPED) {
                neighbors[count++] = newNodes[old];
            }
        }
    }

    @Override
    public int nextNeighbor() {
        return next < count ? neighbors[next++] : DocIdSetIterator.NO_MORE_DOCS;
    }

    @Override
    public int neighborCount() {
        return count;
    }

    @Override
    public int size() {
        return oldNodes.length;
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
