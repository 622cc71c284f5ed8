/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.io.IOException;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Reads the vectors that {@link Float16VectorsFormat} wrote. */
final class Float16VectorsReader extends FilterFlatVectorsReader {
    private final FieldInfos fields;
    /** Whether this instance closes the files; merge instances share them with the reader that was opened. */
    private final boolean ownsFiles;

    /**
     * @param delegate reads the fields as they are stored, see {@link Float16#asByteVectors}
     * @param fields the fields of the segment
     */
    Float16VectorsReader(FlatVectorsReader delegate, FieldInfos fields, FlatVectorsScorer scorer) {
        this(delegate, fields, scorer, true);
    }

    private Float16VectorsReader(
            FlatVectorsReader delegate, FieldInfos fields, FlatVectorsScorer scorer, boolean ownsFiles) {
        super(delegate, scorer);
        this.fields = fields;
        this.ownsFiles = ownsFiles;
    }

    @Override
    public FloatVectorValues getFloatVectorValues(String field) throws IOException {
        FieldInfo info = require(field, VectorEncoding.FLOAT32);
        return new Float16VectorValues(
                delegate.getByteVectorValues(field), info.getVectorSimilarityFunction(), vectorScorer);
    }

    @Override
    public ByteVectorValues getByteVectorValues(String field) throws IOException {
        require(field, VectorEncoding.BYTE);
        return super.getByteVectorValues(field);
    }

    @Override
    public RandomVectorScorer getRandomVectorScorer(String field, float[] target) throws IOException {
        FloatVectorValues vectors = getFloatVectorValues(field);
        return vectorScorer.getRandomVectorScorer(
                fields.fieldInfo(field).getVectorSimilarityFunction(), vectors, target);
    }

    @Override
    public RandomVectorScorer getRandomVectorScorer(String field, byte[] target) throws IOException {
        require(field, VectorEncoding.BYTE);
        return super.getRandomVectorScorer(field, target);
    }

    private FieldInfo require(String field, VectorEncoding encoding) {
        FieldInfo info = fields.fieldInfo(field);
        if (info == null || !info.hasVectorValues() || info.getVectorEncoding() != encoding) {
            throw new IllegalArgumentException("field [" + field + "] expects vectors encoded as [" + encoding
                    + "], got [" + (info == null || !info.hasVectorValues() ? "none" : info.getVectorEncoding()) + "]");
        }
        return info;
    }

    @Override
    public FlatVectorsReader getMergeInstance() throws IOException {
        return new Float16VectorsReader(delegate.getMergeInstance(), fields, vectorScorer, false);
    }

    @Override
    public void finishMerge() throws IOException {
        delegate.finishMerge();
    }

    @Override
    public void close() throws IOException {
        if (ownsFiles) {
            super.close();
        }
    }
}
