/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.FloatHeap;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * Searches a segment as {@link org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsReader} does, by its graph or by a
 * scan, but over {@link GraphNodes}: each distinct vector is scored once, and all accepted documents that have it are
 * collected.
 */
public final class GraphNodeSearch {
    /** Nodes to score at once in a scan. */
    private static final int BATCH = 64;

    private final RandomVectorScorer vectorScorer;
    private final GraphNodes nodes;
    private final HnswGraph graph;

    /**
     * @param vectorScorer by ordinal of a vector
     * @param graph with all {@code nodes}, or empty
     */
    public GraphNodeSearch(RandomVectorScorer vectorScorer, GraphNodes nodes, HnswGraph graph) {
        this.vectorScorer = vectorScorer;
        this.nodes = nodes;
        this.graph = graph;
    }

    /** Collects accepted documents, with the scores of their vectors. */
    public void search(KnnCollector documents, AcceptDocs acceptDocs) throws IOException {
        int k = documents.k();
        if (k == 0) {
            return;
        }
        Bits accepted = vectorScorer.getAcceptOrds(acceptDocs.bits());
        Bits acceptedNodes = nodes.acceptedNodes(accepted);
        RandomVectorScorer scorer = new NodeScorer(vectorScorer, nodes::vector, nodes.size());
        NodeCollector collector = new NodeCollector(documents, accepted);
        int acceptedCount = Math.min(acceptDocs.cost(), graph.size());
        if (EntryPoints.usesGraph(k, graph.size(), acceptedCount)) {
            EntryPoints.search(scorer, collector, graph, acceptedNodes, acceptedCount);
        } else {
            scan(scorer, collector, acceptedNodes);
        }
    }

    private void scan(RandomVectorScorer scorer, NodeCollector collector, Bits accepted) throws IOException {
        int[] batch = new int[BATCH];
        float[] scores = new float[BATCH];
        int pending = 0;
        for (int node = 0; node < nodes.size() && !collector.earlyTerminated(); node++) {
            if (accepted == null || accepted.get(node)) {
                batch[pending++] = node;
            }
            if (pending == BATCH) {
                collectBatch(batch, scores, pending, scorer, collector);
                pending = 0;
            }
        }
        collectBatch(batch, scores, pending, scorer, collector);
    }

    private static void collectBatch(
            int[] batch, float[] scores, int count, RandomVectorScorer scorer, NodeCollector collector)
            throws IOException {
        collector.incVisitedCount(count);
        if (scorer.bulkScore(batch, scores, count) > collector.minCompetitiveSimilarity()) {
            for (int i = 0; i < count; i++) {
                collector.collect(batch[i], scores[i]);
            }
        }
    }

    /**
     * Collects the documents of each node, but ends the search by the k-th best <i>node</i>: k duplicates of the first
     * good vector would otherwise end it among the first neighbors.
     */
    private final class NodeCollector extends KnnCollector.Decorator {
        private final Bits accepted;
        private final int maxNodes;
        private final FloatHeap nearest;

        NodeCollector(KnnCollector documents, Bits accepted) {
            super(documents);
            this.accepted = accepted;
            this.maxNodes = Math.min(documents.k(), nodes.size());
            this.nearest = new FloatHeap(maxNodes);
        }

        @Override
        public boolean collect(int node, float similarity) {
            nearest.offer(similarity);
            if (similarity >= super.minCompetitiveSimilarity()) {
                nodes.forEach(
                        node,
                        accepted,
                        Integer.MAX_VALUE,
                        vector -> super.collect(vectorScorer.ordToDoc(vector), similarity));
            }
            return true;
        }

        @Override
        public float minCompetitiveSimilarity() {
            return nearest.size() < maxNodes
                    ? Float.NEGATIVE_INFINITY
                    : Math.min(nearest.peek(), super.minCompetitiveSimilarity());
        }

        /** Seeds are ordinals of vectors, whose nodes are not known: the search starts from the entry point instead. */
        @Override
        public KnnSearchStrategy getSearchStrategy() {
            return super.getSearchStrategy() instanceof KnnSearchStrategy.Seeded seeded
                    ? seeded.originalStrategy()
                    : super.getSearchStrategy();
        }
    }
}
