/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.lucene;

import java.io.IOException;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.SparseFixedBitSet;
import org.apache.lucene.util.hnsw.FloatHeap;
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
    private final NeighborQueue frontier;

    private int[] batch = new int[BATCH];
    private float[] scores = new float[BATCH];
    private int[] seen;
    private float[] seenScores;
    private int count;
    private int visited;

    private ResumableSearch(RandomVectorScorer scorer, HnswGraph graph, Bits accepted, int wanted) {
        this.scorer = scorer;
        this.graph = graph;
        this.accepted = accepted;
        int vectors = scorer.maxOrd();
        int expected = HnswGraphSearcher.expectedVisitedNodes(wanted, vectors);
        this.met = expected < vectors / SPARSE ? new SparseFixedBitSet(vectors) : new FixedBitSet(vectors);
        int capacity = Math.min(expected, vectors) + BATCH;
        this.frontier = new NeighborQueue(capacity, true);
        this.seen = new int[capacity];
        this.seenScores = new float[capacity];
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
     * Seeks the {@code wanted} nearest documents.
     *
     * @param timeout ends the search early; null for none
     * @return the score of the last of them, which documents that were not seen do not exceed but for what the graph
     *     overlooks; negative infinity if there are no more
     */
    public float seek(int wanted, QueryTimeout timeout) throws IOException {
        FloatHeap nearest = new FloatHeap(wanted);
        for (int i = 0; i < count; i++) {
            nearest.offer(seenScores[i]);
        }
        Horizon horizon = () -> nearest.size() < wanted ? Float.NEGATIVE_INFINITY : nearest.peek();
        if (walks(wanted)) {
            walk(horizon, nearest, timeout);
        } else {
            scan(nearest, timeout);
        }
        return horizon.least();
    }

    /**
     * Seeks all documents that score at least {@code least}, of which the graph may overlook some. For a search whose last
     * one so far scores that much: another may stand where the graph leads nowhere. It is done early as the other one is.
     */
    public void seekAbove(float least, QueryTimeout timeout) throws IOException {
        walk(() -> least, null, timeout);
    }

    /** How many vectors were compared so far. */
    public int visited() {
        return visited;
    }

    /** How many documents were seen so far. */
    public int count() {
        return count;
    }

    /** A document that was seen, from 0 to below {@link #count()}. */
    public int document(int i) {
        return scorer.ordToDoc(seen[i]);
    }

    /** Its score. */
    public float score(int i) {
        return seenScores[i];
    }

    /** Compares the vectors that the search walks through, for whoever goes on alone; the search is over then. */
    public RandomVectorScorer scorer() {
        return scorer;
    }

    /** Below which score nothing is sought. */
    private interface Horizon {
        float least();
    }

    private boolean walks(int wanted) {
        int vectors = scorer.maxOrd();
        return graph.size() > 0
                && wanted < vectors
                && HnswGraphSearcher.expectedVisitedNodes(wanted, vectors) < vectors;
    }

    private void scan(FloatHeap nearest, QueryTimeout timeout) throws IOException {
        int pending = 0;
        for (int ord = 0; ord < scorer.maxOrd(); ord++) {
            if ((accepted == null || accepted.get(ord)) && met.getAndSet(ord) == false) {
                batch[pending++] = ord;
            }
            if (pending == BATCH) {
                compare(pending, nearest);
                pending = 0;
                if (timeout != null && timeout.shouldExit()) {
                    return;
                }
            }
        }
        compare(pending, nearest);
    }

    private void walk(Horizon horizon, FloatHeap nearest, QueryTimeout timeout) throws IOException {
        if (visited == 0) {
            descend(nearest);
        }
        boolean tied = false;
        while (frontier.size() > 0 && (timeout == null || timeout.shouldExit() == false)) {
            float least = horizon.least();
            if (frontier.topScore() < least || (tied && frontier.topScore() == least)) {
                return;
            }
            tied = frontier.topScore() == least; // of many vectors that are alike, one is looked behind
            graph.seek(0, frontier.pop());
            meet(neighbours(true), nearest);
        }
    }

    private void meet(int nodes, FloatHeap nearest) throws IOException {
        compare(nodes, nearest);
        for (int i = 0; i < nodes; i++) {
            frontier.add(batch[i], scores[i]);
        }
    }

    /** To the node of the lowest level that is nearest by the way of the upper ones. */
    private void descend(FloatHeap found) throws IOException {
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
        meet(1, found);
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

    private void compare(int nodes, FloatHeap nearest) throws IOException {
        if (nodes == 0) {
            return;
        }
        scorer.bulkScore(batch, scores, nodes);
        visited += nodes;
        seen = ArrayUtil.grow(seen, count + nodes);
        seenScores = ArrayUtil.grow(seenScores, seen.length);
        for (int i = 0; i < nodes; i++) {
            if (accepted == null || accepted.get(batch[i])) {
                seen[count] = batch[i];
                seenScores[count++] = scores[i];
                if (nearest != null) {
                    nearest.offer(scores[i]);
                }
            }
        }
    }
}
