/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.FloatHeap;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * Lucene's search of a segment, walk or scan, over {@link GraphNodes}: each distinct vector is compared once, and all
 * accepted documents that have it are collected.
 */
public final class GraphNodeSearch {
    private static final int BATCH = 64;

    private final RandomVectorScorer vectors;
    private final GraphNodes nodes;
    private final HnswGraph graph;

    /**
     * @param vectors compares vectors, by ordinal
     * @param graph of all nodes, or of none
     */
    public GraphNodeSearch(RandomVectorScorer vectors, GraphNodes nodes, HnswGraph graph) {
        this.vectors = vectors;
        this.nodes = nodes;
        this.graph = graph;
    }

    public void search(KnnCollector documents, AcceptDocs acceptDocs) throws IOException {
        int k = documents.k();
        if (k == 0) {
            return;
        }
        Bits accepted = vectors.getAcceptOrds(acceptDocs.bits());
        Bits acceptedNodes = nodes.accepting(accepted);
        RandomVectorScorer scorer = new NodeScorer(vectors, nodes::vector, nodes.size());
        NodeCollector collector = new NodeCollector(documents, accepted);
        int acceptedCount = Math.min(acceptDocs.cost(), graph.size());
        boolean walks = graph.size() > 0
                && k < graph.size()
                && HnswGraphSearcher.expectedVisitedNodes(k, graph.size()) < acceptedCount;
        if (walks) {
            HnswGraphSearcher.search(scorer, collector, graph, acceptedNodes, acceptedCount);
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
                compare(batch, scores, pending, scorer, collector);
                pending = 0;
            }
        }
        compare(batch, scores, pending, scorer, collector);
    }

    private static void compare(
            int[] batch, float[] scores, int count, RandomVectorScorer scorer, NodeCollector collector)
            throws IOException {
        collector.incVisitedCount(count);
        if (scorer.bulkScore(batch, scores, count) > collector.minCompetitiveSimilarity()) {
            for (int i = 0; i < count; i++) {
                collector.collect(batch[i], scores[i]);
            }
        }
    }

    /** Collects the documents of nodes, but has as many nodes looked behind as it would without copies. */
    private final class NodeCollector extends KnnCollector.Decorator {
        private final Bits accepted;
        private final int wanted;
        private final FloatHeap nearest;

        NodeCollector(KnnCollector documents, Bits accepted) {
            super(documents);
            this.accepted = accepted;
            this.wanted = Math.min(documents.k(), nodes.size());
            this.nearest = new FloatHeap(wanted);
        }

        @Override
        public boolean collect(int node, float similarity) {
            nearest.offer(similarity);
            if (similarity >= super.minCompetitiveSimilarity()) {
                nodes.forEach(
                        node,
                        accepted,
                        Integer.MAX_VALUE,
                        vector -> super.collect(vectors.ordToDoc(vector), similarity));
            }
            return true;
        }

        /** Copies fill a collector of documents soon, and would end the search at the first neighbours. */
        @Override
        public float minCompetitiveSimilarity() {
            return nearest.size() < wanted
                    ? Float.NEGATIVE_INFINITY
                    : Math.min(nearest.peek(), super.minCompetitiveSimilarity());
        }

        /** Vectors to start from are ordinals, of which no node is known: the search starts at the top instead. */
        @Override
        public KnnSearchStrategy getSearchStrategy() {
            return super.getSearchStrategy() instanceof KnnSearchStrategy.Seeded seeded
                    ? seeded.originalStrategy()
                    : super.getSearchStrategy();
        }
    }
}
