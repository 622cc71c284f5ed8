/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.lucene;

import java.io.IOException;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.SparseFixedBitSet;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;
import org.apache.lucene.util.hnsw.NeighborQueue;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * A search of one segment's codes for the vectors nearest to one target, which can be asked for more of them later and then
 * goes on where it stopped: no vector is compared twice.
 *
 * <p>It walks the graph as Lucene does (<a href="https://arxiv.org/abs/1603.09320">Malkov and Yashunin</a>, algorithm 2),
 * but forgets nothing on the way; where a walk would look at all vectors, it compares those that are left. For one thread at
 * a time.
 */
public final class ResumableSearch {

    private static final int BATCH = 64;

    /** Bits for all vectors are worth their memory where a walk meets one in so many. */
    private static final int SPARSE = 128;

    private final RandomVectorScorer scorer;
    private final HnswGraph graph;
    private final Bits accepted;
    private final BitSet met;
    /** Whose neighbours have not been looked at, the nearest on top. */
    private final NeighborQueue frontier = new NeighborQueue(BATCH, true);

    private int[] batch = new int[BATCH];
    private float[] scores = new float[BATCH];
    private int[] seen = new int[BATCH];
    private float[] seenScores = new float[BATCH];
    private int count;

    private ResumableSearch(RandomVectorScorer scorer, HnswGraph graph, Bits accepted, int wanted) {
        this.scorer = scorer;
        this.graph = graph;
        this.accepted = accepted;
        int vectors = scorer.maxOrd();
        this.met = HnswGraphSearcher.expectedVisitedNodes(wanted, vectors) < vectors / SPARSE
                ? new SparseFixedBitSet(vectors)
                : new FixedBitSet(vectors);
    }

    /**
     * A search that has not begun.
     *
     * @param accepted which documents may be found; null for all
     * @param wanted how many will be asked for, about
     * @return null where this segment has no codes that our formats wrote, or no vectors
     */
    public static ResumableSearch of(LeafReader reader, String field, float[] target, Bits accepted, int wanted)
            throws IOException {
        EmbeddingVectorsReader ours = EmbeddingVectorsReader.of(reader, field);
        RandomVectorScorer scorer = ours == null ? null : ours.estimator(field, target);
        return scorer == null
                ? null
                : new ResumableSearch(scorer, ours.getGraph(field), scorer.getAcceptOrds(accepted), wanted);
    }

    /**
     * Collects the {@code k} nearest documents of {@code collector}, unless that ends the search early. The vectors that it
     * is told were visited are all since the search began.
     */
    public void collect(KnnCollector collector) throws IOException {
        collector.incVisitedCount(count);
        for (int i = 0; i < count; i++) {
            offer(collector, seen[i], seenScores[i]);
        }
        if (walks(collector.k())) {
            walk(collector);
        } else {
            scan(collector);
        }
    }

    /** How many vectors were compared so far. */
    public int visited() {
        return count;
    }

    private boolean walks(int k) {
        int vectors = scorer.maxOrd();
        return graph.size() > 0 && k < vectors && HnswGraphSearcher.expectedVisitedNodes(k, vectors) < vectors;
    }

    private void scan(KnnCollector collector) throws IOException {
        int pending = 0;
        for (int ord = 0; ord < scorer.maxOrd() && collector.earlyTerminated() == false; ord++) {
            if ((accepted == null || accepted.get(ord)) && met.getAndSet(ord) == false) {
                batch[pending++] = ord;
            }
            if (pending == BATCH) {
                compare(pending, collector);
                pending = 0;
            }
        }
        compare(pending, collector);
    }

    private void walk(KnnCollector collector) throws IOException {
        if (count == 0) {
            descend(collector);
        }
        boolean tied = false;
        while (frontier.size() > 0 && collector.earlyTerminated() == false) {
            float least = collector.minCompetitiveSimilarity();
            if (frontier.topScore() < least || (tied && frontier.topScore() == least)) {
                return;
            }
            tied = frontier.topScore() == least; // of many vectors that are alike, one is looked behind
            meet(unmetNeighbours(frontier.pop()), collector);
        }
    }

    private void meet(int nodes, KnnCollector collector) throws IOException {
        compare(nodes, collector);
        for (int i = 0; i < nodes; i++) {
            frontier.add(batch[i], scores[i]);
        }
    }

    /** To the node of the lowest level that is nearest by the way of the upper ones. */
    private void descend(KnnCollector collector) throws IOException {
        int nearest = graph.entryNode();
        float best = scorer.score(nearest);
        for (int level = graph.numLevels() - 1; level > 0; level--) {
            for (int previous = -1; previous != nearest; ) {
                previous = nearest;
                graph.seek(level, nearest);
                int neighbours = neighbours(false);
                scorer.bulkScore(batch, scores, neighbours);
                for (int i = 0; i < neighbours; i++) {
                    if (scores[i] > best) {
                        best = scores[i];
                        nearest = batch[i];
                    }
                }
            }
        }
        met.set(nearest);
        batch[0] = nearest;
        meet(1, collector);
    }

    private int unmetNeighbours(int node) throws IOException {
        graph.seek(0, node);
        return neighbours(true);
    }

    /** Fills the batch with the neighbours of the node that the graph stands at; returns how many. */
    private int neighbours(boolean unmet) throws IOException {
        int found = 0;
        batch = ArrayUtil.growNoCopy(batch, graph.neighborCount());
        scores = ArrayUtil.grow(scores, batch.length);
        for (int node = graph.nextNeighbor(); node != DocIdSetIterator.NO_MORE_DOCS; node = graph.nextNeighbor()) {
            if (unmet == false || met.getAndSet(node) == false) {
                batch[found++] = node;
            }
        }
        return found;
    }

    private void compare(int nodes, KnnCollector collector) throws IOException {
        if (nodes == 0) {
            return;
        }
        scorer.bulkScore(batch, scores, nodes);
        collector.incVisitedCount(nodes);
        seen = ArrayUtil.grow(seen, count + nodes);
        seenScores = ArrayUtil.grow(seenScores, seen.length);
        for (int i = 0; i < nodes; i++) {
            seen[count] = batch[i];
            seenScores[count++] = scores[i];
            offer(collector, batch[i], scores[i]);
        }
    }

    private void offer(KnnCollector collector, int node, float score) {
        if (accepted == null || accepted.get(node)) {
            collector.collect(scorer.ordToDoc(node), score);
        }
    }
}
