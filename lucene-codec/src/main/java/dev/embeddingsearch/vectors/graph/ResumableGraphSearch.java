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
 * An approximate kNN search over the quantized vectors of one segment that can be resumed: asked for more results
 * later, it continues from its state, so that no node of the lowest level is scored twice.
 *
 * <p>On the lowest level of the graph this is the best-first search of HNSW (algorithm 2 in <a
 * href="https://arxiv.org/abs/1603.09320">Malkov and Yashunin, 2016</a>), except that visited nodes and pending
 * candidates are kept between calls. Where Lucene would scan all vectors, because the segment has no graph or the graph
 * search is expected to visit every node, the vectors that are not scored yet are scanned. Duplicate vectors share a
 * node, which is scored once.
 *
 * <p>Not thread-safe.
 */
public final class ResumableGraphSearch {

    /** Nodes to score at once in a scan. */
    private static final int BATCH = 64;

    /** A bit for each node is cheaper than a sparse set where at least one node in so many is visited. */
    private static final int SPARSE = 128;

    private final RandomVectorScorer vectorScorer;
    /** The same scorer if each node is a vector. */
    private final RandomVectorScorer nodeScorer;

    /** Null if each node is a vector, by its ordinal. */
    private final GraphNodes nodes;

    private final HnswGraph graph;
    /** By ordinal of a vector; null accepts all. */
    private final Bits acceptedVectors;

    private final Bits acceptedNodes;
    private final BitSet visitedNodes;
    /** Scored nodes whose neighbors are not visited yet, the highest score on top. */
    private final NeighborQueue candidates;

    /** Every accepted node scored so far. */
    private final ScoredNodes results;

    private int[] batch = new int[BATCH];
    private float[] scores = new float[BATCH];
    private int visited;

    private ResumableGraphSearch(
            RandomVectorScorer vectorScorer, GraphNodes nodes, HnswGraph graph, Bits acceptedVectors, int expectedK) {
        this.vectorScorer = vectorScorer;
        this.nodes = nodes;
        this.nodeScorer = nodes == null ? vectorScorer : new NodeScorer(vectorScorer, nodes::vector, nodes.size());
        this.graph = graph;
        this.acceptedVectors = acceptedVectors;
        this.acceptedNodes = nodes == null ? acceptedVectors : nodes.acceptedNodes(acceptedVectors);
        int size = nodeScorer.maxOrd();
        int expectedVisits = HnswGraphSearcher.expectedVisitedNodes(expectedK, size);
        this.visitedNodes = expectedVisits < size / SPARSE ? new SparseFixedBitSet(size) : new FixedBitSet(size);
        int capacity = Math.min(expectedVisits, size) + BATCH;
        this.candidates = new NeighborQueue(capacity, true);
        this.results = new ScoredNodes(capacity);
    }

    /**
     * Creates a search that has not scored anything yet.
     *
     * @param accepted the documents that may be found; null accepts all
     * @param expectedK about how many documents {@link #search} will be asked for in the end; sizes the buffers
     * @return null if the segment has no vectors, or no quantized vectors in one of our formats
     */
    public static ResumableGraphSearch of(LeafReader leaf, String field, float[] target, Bits accepted, int expectedK)
            throws IOException {
        NodeGraphReader reader = NodeGraphReader.of(leaf, field);
        RandomVectorScorer scorer = reader == null ? null : reader.estimator(field, target);
        return scorer == null
                ? null
                : new ResumableGraphSearch(
                        scorer,
                        reader.nodes(field),
                        reader.nodeGraph(field),
                        scorer.getAcceptOrds(accepted),
                        expectedK);
    }

    /**
     * Searches the {@code k} nearest documents and the {@code k} nearest distinct vectors, continuing from earlier
     * calls.
     *
     * @param timeout ends the search early; null for none
     * @return the estimated score of the k-th document, which no unvisited document exceeds except those that the graph
     *     search misses; negative infinity if fewer than {@code k} documents were found
     */
    public float search(int k, QueryTimeout timeout) throws IOException {
        FloatHeap nearest = new FloatHeap(k);
        for (int i = 0; i < results.size(); i++) {
            nearest.offer(results.score(i));
        }
        if (usesGraph(k)) {
            searchGraph(() -> kthScore(nearest, k), nearest, timeout);
        } else {
            scan(nearest, timeout);
        }
        if (nodes == null) {
            return kthScore(nearest, k);
        }
        FloatHeap documents = new FloatHeap(k);
        offer(documents, k);
        return kthScore(documents, k);
    }

    private static float kthScore(FloatHeap nearest, int k) {
        return nearest.size() < k ? Float.NEGATIVE_INFINITY : nearest.peek();
    }

    /**
     * Searches all documents with an estimated score of at least {@code minScore}, of which the graph search may miss
     * some. Ends as {@link #search} does: of the candidates that score exactly {@code minScore} only one is expanded.
     *
     * @param timeout ends the search early; null for none
     */
    public void searchAbove(float minScore, QueryTimeout timeout) throws IOException {
        searchGraph(() -> minScore, null, timeout);
    }

    /** How many vectors were scored so far, those on the way through the upper levels not counted. */
    public int visited() {
        return visited;
    }

    /** How many distinct vectors of accepted documents were scored so far. */
    public int count() {
        return results.size();
    }

    /** The estimated score of the i-th such vector; {@code i} is below {@link #count()}. */
    public float score(int i) {
        return results.score(i);
    }

    /** Passes the accepted documents that have the i-th vector to {@code consumer}, at most {@code limit} of them. */
    public void documents(int i, int limit, IntConsumer consumer) {
        if (nodes == null) {
            consumer.accept(vectorScorer.ordToDoc(results.node(i)));
        } else {
            nodes.forEach(
                    results.node(i), acceptedVectors, limit, vector -> consumer.accept(vectorScorer.ordToDoc(vector)));
        }
    }

    /**
     * Offers the scores of all documents found so far.
     *
     * @param size the most scores that {@code nearest} keeps
     */
    public void offer(FloatHeap nearest, int size) {
        for (int i = 0; i < results.size(); i++) {
            float score = results.score(i);
            int documents = nodes == null ? 1 : nodes.count(results.node(i), acceptedVectors, size);
            for (int j = 0; j < documents && (nearest.size() < size || nearest.peek() < score); j++) {
                nearest.offer(score);
            }
        }
    }

    /**
     * The scorer of this search, by ordinal, for callers that score further vectors; the search must not continue then.
     */
    public RandomVectorScorer scorer() {
        return vectorScorer;
    }

    @FunctionalInterface
    private interface MinCompetitiveSimilarity {
        float get();
    }

    private boolean usesGraph(int k) {
        int size = nodeScorer.maxOrd();
        return graph.size() > 0 && k < size && HnswGraphSearcher.expectedVisitedNodes(k, size) < size;
    }

    private void scan(FloatHeap nearest, QueryTimeout timeout) throws IOException {
        int pending = 0;
        for (int node = 0; node < nodeScorer.maxOrd(); node++) {
            if ((acceptedNodes == null || acceptedNodes.get(node)) && !visitedNodes.getAndSet(node)) {
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

    /** @param nearest is offered the scores of accepted nodes; null for none */
    private void searchGraph(MinCompetitiveSimilarity minSimilarity, FloatHeap nearest, QueryTimeout timeout)
            throws IOException {
        if (visited == 0) {
            int entry = findEntryPoint();
            visitedNodes.set(entry);
            batch[0] = entry;
            addCandidates(1, nearest);
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
            addCandidates(readNeighbors(true), nearest);
        }
    }

    private void addCandidates(int count, FloatHeap nearest) throws IOException {
        scoreBatch(count, nearest);
        for (int i = 0; i < count; i++) {
            candidates.add(batch[i], scores[i]);
        }
    }

    /** Descends greedily through the upper levels; returns the entry point of the lowest level. */
    private int findEntryPoint() throws IOException {
        int nearest = graph.entryNode();
        float best = nodeScorer.score(nearest);
        for (int level = graph.numLevels() - 1; level > 0; level--) {
            for (int previous = -1; previous != nearest; ) {
                previous = nearest;
                graph.seek(level, nearest);
                int neighbors = readNeighbors(false);
                nodeScorer.bulkScore(batch, scores, neighbors);
                for (int i = 0; i < neighbors; i++) {
                    if (scores[i] > best) {
                        best = scores[i];
                        nearest = batch[i];
                    }
                }
            }
        }
        return nearest;
    }

    /**
     * Fills the batch with the neighbors of the node that was sought in the graph, and returns their number.
     *
     * @param unvisited leaves out visited nodes and marks the others as visited
     */
    private int readNeighbors(boolean unvisited) throws IOException {
        int count = 0;
        batch = ArrayUtil.growNoCopy(batch, graph.neighborCount());
        scores = ArrayUtil.grow(scores, batch.length);
        for (int node = graph.nextNeighbor(); node != DocIdSetIterator.NO_MORE_DOCS; node = graph.nextNeighbor()) {
            if (!unvisited || !visitedNodes.getAndSet(node)) {
                batch[count++] = node;
            }
        }
        return count;
    }

    private void scoreBatch(int count, FloatHeap nearest) throws IOException {
        if (count == 0) {
            return;
        }
        nodeScorer.bulkScore(batch, scores, count);
        visited += count;
        for (int i = 0; i < count; i++) {
            if (acceptedNodes == null || acceptedNodes.get(batch[i])) {
                results.add(batch[i], scores[i]);
                if (nearest != null) {
                    nearest.offer(scores[i]);
                }
            }
        }
    }
}
