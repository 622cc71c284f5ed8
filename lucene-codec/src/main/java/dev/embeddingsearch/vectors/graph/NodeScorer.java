/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import java.util.function.IntUnaryOperator;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.CloseableRandomVectorScorerSupplier;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;
import org.apache.lucene.util.hnsw.UpdateableRandomVectorScorer;

/** Scores the nodes of a graph by the vectors that represent them. */
class NodeScorer implements RandomVectorScorer {
    private final RandomVectorScorer scorer;
    private final IntUnaryOperator vectorOf;
    private final int nodes;
    private int[] vectors = new int[0];

    /**
     * @param scorer by ordinal of a vector
     * @param vectorOf the ordinal of a node's vector
     * @param nodes number of nodes
     */
    NodeScorer(RandomVectorScorer scorer, IntUnaryOperator vectorOf, int nodes) {
        this.scorer = scorer;
        this.vectorOf = vectorOf;
        this.nodes = nodes;
    }

    @Override
    public float score(int node) throws IOException {
        return scorer.score(vectorOf.applyAsInt(node));
    }

    @Override
    public float bulkScore(int[] toScore, float[] scores, int count) throws IOException {
        vectors = ArrayUtil.growNoCopy(vectors, count);
        for (int i = 0; i < count; i++) {
            vectors[i] = vectorOf.applyAsInt(toScore[i]);
        }
        return scorer.bulkScore(vectors, scores, count);
    }

    @Override
    public int maxOrd() {
        return nodes;
    }

    @Override
    public int ordToDoc(int node) {
        return scorer.ordToDoc(vectorOf.applyAsInt(node));
    }

    @Override
    public Bits getAcceptOrds(Bits acceptDocs) {
        throw new UnsupportedOperationException("a node may have several documents");
    }

    /** Scores nodes against another node, to build their graph. */
    private static final class Updateable extends NodeScorer implements UpdateableRandomVectorScorer {
        private final UpdateableRandomVectorScorer scorer;
        private final IntUnaryOperator vectorOf;

        Updateable(UpdateableRandomVectorScorer scorer, IntUnaryOperator vectorOf, int nodes) {
            super(scorer, vectorOf, nodes);
            this.scorer = scorer;
            this.vectorOf = vectorOf;
        }

        @Override
        public void setScoringOrdinal(int node) throws IOException {
            scorer.setScoringOrdinal(vectorOf.applyAsInt(node));
        }
    }

    private record Supplier(RandomVectorScorerSupplier vectors, IntUnaryOperator vectorOf, int nodes)
            implements RandomVectorScorerSupplier {

        @Override
        public UpdateableRandomVectorScorer scorer() throws IOException {
            return new Updateable(vectors.scorer(), vectorOf, nodes);
        }

        @Override
        public RandomVectorScorerSupplier copy() throws IOException {
            return new Supplier(vectors.copy(), vectorOf, nodes);
        }
    }

    private record MergeSupplier(CloseableRandomVectorScorerSupplier vectors, Supplier nodes)
            implements CloseableRandomVectorScorerSupplier {

        @Override
        public UpdateableRandomVectorScorer scorer() throws IOException {
            return nodes.scorer();
        }

        @Override
        public RandomVectorScorerSupplier copy() throws IOException {
            return nodes.copy();
        }

        @Override
        public int totalVectorCount() {
            return nodes.nodes;
        }

        @Override
        public void close() throws IOException {
            vectors.close();
        }
    }

    /**
     * The scorers with which a merge builds the graph of nodes; closing the supplier closes {@code vectors}.
     *
     * @param vectorOf the ordinal of a vector by node
     */
    static CloseableRandomVectorScorerSupplier supplier(CloseableRandomVectorScorerSupplier vectors, int[] vectorOf) {
        return new MergeSupplier(vectors, new Supplier(vectors, node -> vectorOf[node], vectorOf.length));
    }
}
