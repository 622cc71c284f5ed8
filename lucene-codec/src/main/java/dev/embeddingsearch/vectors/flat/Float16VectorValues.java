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

/** Float vectors, decoded one at a time from byte vectors of their {@link Float16} encoding. */
final class Float16VectorValues extends FloatVectorValues {
    private final ByteVectorValues encoded;
    private final VectorSimilarityFunction similarity;
    private final FlatVectorsScorer scorer;
    private final short[] scratch;
    private final float[] vector;
    /** The ordinal of the vector in {@link #vector}. */
    private int decoded = -1;

    Float16VectorValues(ByteVectorValues encoded, VectorSimilarityFunction similarity, FlatVectorsScorer scorer) {
        this.encoded = encoded;
        this.similarity = similarity;
        this.scorer = scorer;
        this.scratch = new short[encoded.dimension() / Float16.BYTES];
        this.vector = new float[scratch.length];
    }

    @Override
    public int dimension() {
        return vector.length;
    }

    @Override
    public int size() {
        return encoded.size();
    }

    @Override
    public int getVectorByteLength() {
        return encoded.getVectorByteLength();
    }

    @Override
    public float[] vectorValue(int ord) throws IOException {
        if (decoded != ord) {
            Float16.decode(encoded.vectorValue(ord), scratch, vector);
            decoded = ord;
        }
        return vector;
    }

    @Override
    public int ordToDoc(int ord) {
        return encoded.ordToDoc(ord);
    }

    @Override
    public Bits getAcceptOrds(Bits acceptDocs) {
        return encoded.getAcceptOrds(acceptDocs);
    }

    @Override
    public DocIndexIterator iterator() {
        return encoded.iterator();
    }

    @Override
    public Float16VectorValues copy() throws IOException {
        return new Float16VectorValues(encoded.copy(), similarity, scorer);
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
