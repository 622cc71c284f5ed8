/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.internal.hppc.IntHashSet;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.SparseFixedBitSet;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;
import org.apache.lucene.util.hnsw.NeighborQueue;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * Finds the nodes where the search of a graph's lowest level starts, by a best-first search of each level above it.
 *
 * <p>HNSW (algorithm 5 in <a href="https://arxiv.org/abs/1603.09320">Malkov and Yashunin, 2016</a>) keeps one node on these
 * levels. Where an index has different kinds of texts, that node is easily the best of the wrong kind: from it the nearest
 * documents are not reached. This search keeps several.
 */
public final class EntryPoints {

    /**
     * How many nodes to keep on the first level above the lowest, and on those above it, which have a sixteenth of its nodes,
     * or less. Measured: more on the first cost more than they find.
     */
    private static final int FIRST_BEAM = 8;

    private static final int UPPER_BEAM = 32;

    private final RandomVectorScorer scorer;
    private final HnswGraph graph;
    private int[] batch = new int[UPPER_BEAM];
    private float[] scores = new float[UPPER_BEAM];
    private int visited;

    EntryPoints(RandomVectorScorer scorer, HnswGraph graph) {
        this.scorer = scorer;
        this.graph = graph;
    }

    /**
     * Searches a graph as {@link HnswGraphSearcher} does, but from several entry points.
     *
     * @param collector of nodes
     * @param accepted the nodes that may be collected; null for all
     * @param acceptedCount about how many these are, at most as many as the graph has
     */
    public static void search(
            RandomVectorScorer scorer, KnnCollector collector, HnswGraph graph, Bits accepted, int acceptedCount)
            throws IOException {
        KnnCollector seeded = new EntryPoints(scorer, graph).seed(collector);
        HnswGraphSearcher.search(scorer, seeded, graph, accepted, acceptedCount);
    }

    /** Whether Lucene searches the graph for {@code k} of the accepted nodes, and does not scan these. */
    public static boolean usesGraph(int k, int graphSize, int acceptedCount) {
        return k < graphSize && HnswGraphSearcher.expectedVisitedNodes(k, graphSize) < acceptedCount;
    }

    /**
     * The same collector for a search of the graph that starts from these points, unless it has seeds of its own.
     */
    private KnnCollector seed(KnnCollector collector) throws IOException {
        KnnSearchStrategy own = collector.getSearchStrategy();
        if (own instanceof KnnSearchStrategy.Seeded) {
            return collector;
        }
        int[] entries = find();
        collector.incVisitedCount(visited);
        KnnSearchStrategy seeded = new KnnSearchStrategy.Seeded(
                new BitSetIterator(bits(entries), entries.length),
                entries.length,
                own == null ? KnnSearchStrategy.Hnsw.DEFAULT : own);
        return new KnnCollector.Decorator(collector) {
            @Override
            public KnnSearchStrategy getSearchStrategy() {
                return seeded;
            }
        };
    }

    private BitSet bits(int[] entries) {
        BitSet bits = new SparseFixedBitSet(graph.maxNodeId() + 1);
        Arrays.stream(entries).forEach(bits::set);
        return bits;
    }

    /** The entry points of the lowest level. */
    int[] find() throws IOException {
        int[] entries = {graph.entryNode()};
        for (int level = graph.numLevels() - 1; level > 0; level--) {
            entries = nearest(level, entries);
        }
        return entries;
    }

    private int[] nearest(int level, int[] entries) throws IOException {
        int beam = level == 1 ? FIRST_BEAM : UPPER_BEAM;
        IntHashSet seen = new IntHashSet();
        NeighborQueue pending = new NeighborQueue(beam, true);
        NeighborQueue nearest = new NeighborQueue(beam, false);
        for (int entry : entries) {
            batch[seen.size()] = entry;
            seen.add(entry);
        }
        score(entries.length, pending, nearest);
        while (pending.size() > 0 && pending.topScore() >= nearest.topScore()) {
            graph.seek(level, pending.pop());
            batch = ArrayUtil.grow(batch, graph.neighborCount());
            int count = 0;
            for (int node = graph.nextNeighbor(); node != DocIdSetIterator.NO_MORE_DOCS; node = graph.nextNeighbor()) {
                if (seen.add(node)) {
                    batch[count++] = node;
                }
            }
            score(count, pending, nearest);
        }
        return nearest.nodes();
    }

    private void score(int count, NeighborQueue pending, NeighborQueue nearest) throws IOException {
        if (count == 0) {
            return;
        }
        scores = ArrayUtil.grow(scores, count);
        scorer.bulkScore(batch, scores, count);
        visited += count;
        for (int i = 0; i < count; i++) {
            if (nearest.insertWithOverflow(batch[i], scores[i])) {
                pending.add(batch[i], scores[i]);
            }
        }
    }
}
