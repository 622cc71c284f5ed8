/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.io.IOException;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Float vectors, decoded one at a time from the bytes of their {@link Float16}. */
final class Float16VectorValues extends FloatVectorValues {
    private final ByteVectorValues halves;
    private final VectorSimilarityFunction similarity;
    private final FlatVectorsScorer scorer;
    private final short[] scratch;
    private final float[] vector;
    /** The one that {@link #vector} holds. */
    private int decoded = -1;

    Float16VectorValues(ByteVectorValues halves, VectorSimilarityFunction similarity, FlatVectorsScorer scorer) {
        this.halves = halves;
        this.similarity = similarity;
        this.scorer = scorer;
        this.scratch = new short[halves.dimension() / Float16.BYTES];
        this.vector = new float[scratch.length];
    }

    @Override
    public int dimension() {
        return vector.length;
    }

    @Override
    public int size() {
        return halves.size();
    }

    @Override
    public int getVectorByteLength() {
        return halves.getVectorByteLength();
    }

    @Override
    public float[] vectorValue(int ord) throws IOException {
        if (decoded != ord) {
            Float16.decode(halves.vectorValue(ord), scratch, vector);
            decoded = ord;
        }
        return vector;
    }

    @Override
    public int ordToDoc(int ord) {
        return halves.ordToDoc(ord);
    }

    @Override
    public Bits getAcceptOrds(Bits acceptDocs) {
        return halves.getAcceptOrds(acceptDocs);
    }

    @Override
    public DocIndexIterator iterator() {
        return halves.iterator();
    }

    @Override
    public Float16VectorValues copy() throws IOException {
        return new Float16VectorValues(halves.copy(), similarity, scorer);
    }

    @Override
    public VectorScorer scorer(float[] target) throws IOException {
        if (size() == 0) {
            return null;
        }
        Float16VectorValues copy = copy();
        return new Scorer(copy.iterator(), scorer.getRandomVectorScorer(similarity, copy, target));
    }

    private record Scorer(DocIndexIterator documents, RandomVectorScorer scorer) implements VectorScorer {

        @Override
        public float score() throws IOException {
            return scorer.score(documents.index());
        }

        @Override
        public DocIdSetIterator iterator() {
            return documents;
        }

        @Override
        public Bulk bulk(DocIdSetIterator matchingDocs) {
            return Bulk.fromRandomScorerSparse(scorer, documents, matchingDocs);
        }
    }
}
