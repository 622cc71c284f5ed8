/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import java.util.function.IntConsumer;
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
 * but forgets nothing on the way; where a walk would look at all vectors, it compares those that are left. Of a vector that
 * several documents have one node is compared, which stands for all of them. For one thread at a time.
 */
public final class ResumableGraphSearch {

    private static final int BATCH = 64;

    /** Bits for all vectors are worth their memory where a walk meets one in so many. */
    private static final int SPARSE = 128;

    /** Compares vectors. */
    private final RandomVectorScorer vectors;
    /** Compares nodes: the same, where each is a vector. */
    private final RandomVectorScorer scorer;

    /** Null where each node is a vector. */
    private final GraphNodes nodes;

    private final HnswGraph graph;
    /** Of vectors. */
    private final Bits accepted;

    private final Bits acceptedNodes;
    private final BitSet met;
    /** Whose neighbours have not been looked at, the nearest on top. */
    private final NeighborQueue frontier;

    private int[] batch = new int[BATCH];
    private float[] scores = new float[BATCH];
    private int[] seen;
    private float[] seenScores;
    private int count;
    private int visited;

    private ResumableGraphSearch(
            RandomVectorScorer vectors, GraphNodes nodes, HnswGraph graph, Bits accepted, int wanted) {
        this.vectors = vectors;
        this.nodes = nodes;
        this.scorer = nodes == null ? vectors : new NodeScorer(vectors, nodes::vector, nodes.size());
        this.graph = graph;
        this.accepted = accepted;
        this.acceptedNodes = nodes == null ? accepted : nodes.accepting(accepted);
        int size = scorer.maxOrd();
        int expected = HnswGraphSearcher.expectedVisitedNodes(wanted, size);
        this.met = expected < size / SPARSE ? new SparseFixedBitSet(size) : new FixedBitSet(size);
        int capacity = Math.min(expected, size) + BATCH;
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
    public static ResumableGraphSearch of(LeafReader reader, String field, float[] target, Bits accepted, int wanted)
            throws IOException {
        NodeGraphReader ours = NodeGraphReader.of(reader, field);
        RandomVectorScorer vectors = ours == null ? null : ours.estimator(field, target);
        return vectors == null
                ? null
                : new ResumableGraphSearch(
                        vectors, ours.nodes(field), ours.nodeGraph(field), vectors.getAcceptOrds(accepted), wanted);
    }

    /**
     * Searches the {@code wanted} nearest documents, and as many vectors that differ.
     *
     * @param timeout ends the search early; null for none
     * @return the score of the last of them, which documents that were not seen do not exceed but for what the graph
     *     overlooks; negative infinity if there are no more
     */
    public float search(int wanted, QueryTimeout timeout) throws IOException {
        FloatHeap nearest = new FloatHeap(wanted);
        for (int i = 0; i < count; i++) {
            nearest.offer(seenScores[i]);
        }
        Horizon horizon = () -> last(nearest, wanted);
        if (walks(wanted)) {
            walk(horizon, nearest, timeout);
        } else {
            scan(nearest, timeout);
        }
        if (nodes == null) {
            return horizon.least();
        }
        FloatHeap documents = new FloatHeap(wanted);
        offer(documents, wanted);
        return last(documents, wanted);
    }

    private static float last(FloatHeap nearest, int wanted) {
        return nearest.size() < wanted ? Float.NEGATIVE_INFINITY : nearest.peek();
    }

    /**
     * Searches all documents that score at least {@code least}, of which the graph may overlook some. For a search whose last
     * one so far scores that much: another may stand where the graph leads nowhere. It is done early as the other one is.
     */
    public void searchAbove(float least, QueryTimeout timeout) throws IOException {
        walk(() -> least, null, timeout);
    }

    /** How many vectors were compared so far. */
    public int visited() {
        return visited;
    }

    /** How many vectors were seen so far that an accepted document has and that differ. */
    public int count() {
        return count;
    }

    /** The score of a vector that was seen, from 0 to below {@link #count()}. */
    public float score(int i) {
        return seenScores[i];
    }

    /** Gives the first {@code most} accepted documents that have this vector. */
    public void documents(int i, int most, IntConsumer consumer) {
        if (nodes == null) {
            consumer.accept(vectors.ordToDoc(seen[i]));
        } else {
            nodes.forEach(seen[i], accepted, most, vector -> consumer.accept(vectors.ordToDoc(vector)));
        }
    }

    /**
     * Offers the scores of all documents that were seen.
     *
     * @param size so many of them may stay
     */
    public void offer(FloatHeap nearest, int size) {
        for (int i = 0; i < count; i++) {
            int documents = nodes == null ? 1 : nodes.count(seen[i], accepted, size);
            for (int j = 0; j < documents && (nearest.size() < size || nearest.peek() < seenScores[i]); j++) {
                nearest.offer(seenScores[i]);
            }
        }
    }

    /** Compares the vectors that the search walks through, for whoever goes on alone; the search is over then. */
    public RandomVectorScorer scorer() {
        return vectors;
    }

    /** Below which score nothing is sought. */
    private interface Horizon {
        float least();
    }

    private boolean walks(int wanted) {
        int size = scorer.maxOrd();
        return graph.size() > 0 && wanted < size && HnswGraphSearcher.expectedVisitedNodes(wanted, size) < size;
    }

    private void scan(FloatHeap nearest, QueryTimeout timeout) throws IOException {
        int pending = 0;
        for (int ord = 0; ord < scorer.maxOrd(); ord++) {
            if ((acceptedNodes == null || acceptedNodes.get(ord)) && !met.getAndSet(ord)) {
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
        while (frontier.size() > 0 && (timeout == null || !timeout.shouldExit())) {
            float least = horizon.least();
            if (frontier.topScore() < least || (tied && frontier.topScore() == least)) {
                return;
            }
            tied = frontier.topScore() == least; // of many vectors that are alike, one is looked behind
            graph.seek(0, frontier.pop());
            meet(neighbours(true), nearest);
        }
    }

    private void meet(int found, FloatHeap nearest) throws IOException {
        compare(found, nearest);
        for (int i = 0; i < found; i++) {
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
            if (!unmet || !met.getAndSet(node)) {
                batch[found++] = node;
            }
        }
        return found;
    }

    private void compare(int found, FloatHeap nearest) throws IOException {
        if (found == 0) {
            return;
        }
        scorer.bulkScore(batch, scores, found);
        visited += found;
        seen = ArrayUtil.grow(seen, count + found);
        seenScores = ArrayUtil.grow(seenScores, seen.length);
        for (int i = 0; i < found; i++) {
            if (acceptedNodes == null || acceptedNodes.get(batch[i])) {
                seen[count] = batch[i];
                seenScores[count++] = scores[i];
                if (nearest != null) {
                    nearest.offer(scores[i]);
                }
            }
        }
    }
}
