/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import java.util.function.IntConsumer;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.FloatHeap;
import org.apache.lucene.util.hnsw.HnswGraph;
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

    private final RandomVectorScorer vectorScorer;

    /** Null if each node is a vector, by its ordinal. */
    private final GraphNodes nodes;

    /** By ordinal of a vector; null accepts all. */
    private final Bits acceptedVectors;

    private final ResumableNodeSearch nodeSearch;
    private final ScoredNodes results;

    private ResumableGraphSearch(
            RandomVectorScorer vectorScorer, GraphNodes nodes, HnswGraph graph, Bits acceptedVectors, int expectedK) {
        this.vectorScorer = vectorScorer;
        this.nodes = nodes;
        this.acceptedVectors = acceptedVectors;
        this.nodeSearch = nodes == null
                ? new ResumableNodeSearch(vectorScorer, graph, acceptedVectors, expectedK)
                : new ResumableNodeSearch(
                        new NodeScorer(vectorScorer, nodes::vector, nodes.size()),
                        graph,
                        nodes.acceptedNodes(acceptedVectors),
                        expectedK);
        this.results = nodeSearch.results();
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
        if (nodeSearch.usesGraph(k)) {
            nodeSearch.searchGraph(() -> kthScore(nearest, k), nearest, timeout);
        } else {
            nodeSearch.scan(nearest, timeout);
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
        nodeSearch.searchGraph(() -> minScore, null, timeout);
    }

    /** How many vectors were scored so far, those on the way through the upper levels not counted. */
    public int visited() {
        return nodeSearch.visited();
    }

    /** How many distinct vectors of accepted documents were scored so far. */
    public int count() {
        return results.size();
    }

    /** The estimated score of the i-th such vector; {@code i} is below {@link #count()}. */
    public float score(int i) {
        return results.score(i);
    }

    /** Whether several documents may have one vector. */
    public boolean knowsDuplicates() {
        return nodes != null;
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
}
