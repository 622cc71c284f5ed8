/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
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
 * The part of {@link ResumableGraphSearch} that knows nodes only, not the vectors and documents they stand for:
 * best-first search of the graph, or a scan of all nodes. Each call continues with the visited nodes and candidates of
 * earlier ones.
 */
final class ResumableNodeSearch {

    /** Nodes to score at once in a scan. */
    private static final int BATCH = 64;

    /** A bit for each node is cheaper than a sparse set where at least one node in so many is visited. */
    private static final int SPARSE = 128;

    private final RandomVectorScorer scorer;
    private final HnswGraph graph;
    /** Null accepts all. */
    private final Bits accepted;

    private final BitSet visitedNodes;
    /** Scored nodes whose neighbors are not visited yet, the highest score on top. */
    private final NeighborQueue candidates;

    private final ScoredNodes results;

    private int[] batch = new int[BATCH];
    private float[] scores = new float[BATCH];
    private int visited;

    ResumableNodeSearch(RandomVectorScorer scorer, HnswGraph graph, Bits accepted, int expectedK) {
        this.scorer = scorer;
        this.graph = graph;
        this.accepted = accepted;
        int size = scorer.maxOrd();
        int expectedVisits = HnswGraphSearcher.expectedVisitedNodes(expectedK, size);
        this.visitedNodes = expectedVisits < size / SPARSE ? new SparseFixedBitSet(size) : new FixedBitSet(size);
        int capacity = Math.min(expectedVisits, size) + BATCH;
        this.candidates = new NeighborQueue(capacity, true);
        this.results = new ScoredNodes(capacity);
    }

    /** The smallest score that a node must have for its neighbors to be visited; it may rise during the search. */
    @FunctionalInterface
    interface MinCompetitiveSimilarity {
        float get();
    }

    /** All accepted nodes scored so far. */
    ScoredNodes results() {
        return results;
    }

    /** How many nodes were scored so far, those on the way through the upper levels not counted. */
    int visited() {
        return visited;
    }

    /** Whether a search for k nodes uses the graph, by the rule of Lucene's reader; otherwise it scans all nodes. */
    boolean usesGraph(int k) {
        int size = scorer.maxOrd();
        return graph.size() > 0 && EntryPoints.usesGraph(k, size, size);
    }

    /**
     * Scores all accepted nodes that are not visited yet.
     *
     * @param nearest is offered the scores of accepted nodes
     */
    void scan(FloatHeap nearest, QueryTimeout timeout) throws IOException {
        int pending = 0;
        for (int node = 0; node < scorer.maxOrd(); node++) {
            if ((accepted == null || accepted.get(node)) && !visitedNodes.getAndSet(node)) {
                batch[pending++] = node;
            }
            if (pending == BATCH) {
                scoreBatch(pending, nearest);
                pending = 0;
                if (timeout != null && timeout.shouldExit()) {
                    return;
                }
            }
        }
        scoreBatch(pending, nearest);
    }

    /**
     * Visits the neighbors of candidates, the best first, until all candidates score less than {@code minSimilarity},
     * or exactly as much and one such candidate was expanded.
     *
     * @param nearest is offered the scores of accepted nodes; null for none
     */
    void searchGraph(MinCompetitiveSimilarity minSimilarity, FloatHeap nearest, QueryTimeout timeout)
            throws IOException {
        if (visited == 0) {
            int[] entries = new EntryPoints(scorer, graph).find();
            batch = ArrayUtil.growNoCopy(batch, entries.length);
            scores = ArrayUtil.grow(scores, entries.length);
            for (int i = 0; i < entries.length; i++) {
                visitedNodes.set(entries[i]);
                batch[i] = entries[i];
            }
            addCandidates(entries.length, nearest);
        }
        boolean expandedTie = false;
        while (candidates.size() > 0 && (timeout == null || !timeout.shouldExit())) {
            float min = minSimilarity.get();
            float score = candidates.topScore();
            if (score < min || (expandedTie && score == min)) {
                return;
            }
            expandedTie = score == min; // expanding all candidates of one score could visit many that are alike
            graph.seek(0, candidates.pop());
            addCandidates(readNeighbors(), nearest);
        }
    }

    private void addCandidates(int count, FloatHeap nearest) throws IOException {
        scoreBatch(count, nearest);
        for (int i = 0; i < count; i++) {
            candidates.add(batch[i], scores[i]);
        }
    }

    /**
     * Fills the batch with the unvisited neighbors of the node that the graph is at, marks them as visited, and returns
     * their number.
     */
    private int readNeighbors() throws IOException {
        int count = 0;
        batch = ArrayUtil.growNoCopy(batch, graph.neighborCount());
        scores = ArrayUtil.grow(scores, batch.length);
        for (int node = graph.nextNeighbor(); node != DocIdSetIterator.NO_MORE_DOCS; node = graph.nextNeighbor()) {
            if (!visitedNodes.getAndSet(node)) {
                batch[count++] = node;
            }
        }
        return count;
    }

    private void scoreBatch(int count, FloatHeap nearest) throws IOException {
        if (count == 0) {
            return;
        }
        scorer.bulkScore(batch, scores, count);
        visited += count;
        for (int i = 0; i < count; i++) {
            if (accepted == null || accepted.get(batch[i])) {
                results.add(batch[i], scores[i]);
                if (nearest != null) {
                    nearest.offer(scores[i]);
                }
            }
        }
    }
}
