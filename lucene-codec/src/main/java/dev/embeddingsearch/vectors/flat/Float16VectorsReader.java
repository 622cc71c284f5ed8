/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.io.IOException;
import java.util.Map;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Reads the vectors that {@link Float16VectorsFormat} wrote. */
final class Float16VectorsReader extends FlatVectorsReader {
    private static final long SHALLOW_SIZE = RamUsageEstimator.shallowSizeOfInstance(Float16VectorsReader.class);

    private final FlatVectorsReader delegate;
    private final FieldInfos fields;
    /** Whether this instance closes the files; merge instances share them with the reader that was opened. */
    private final boolean ownsFiles;

    /**
     * @param delegate reads the fields as they are stored, see {@link Float16#asByteVectors}
     * @param fields the fields of the segment
     */
    Float16VectorsReader(FlatVectorsReader delegate, FieldInfos fields) {
        this(delegate, fields, true);
    }

    private Float16VectorsReader(FlatVectorsReader delegate, FieldInfos fields, boolean ownsFiles) {
        super(delegate.getFlatVectorScorer());
        this.delegate = delegate;
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
        return delegate.getByteVectorValues(field);
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
        return delegate.getRandomVectorScorer(field, target);
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
        return new Float16VectorsReader(delegate.getMergeInstance(), fields, false);
    }

    @Override
    public void finishMerge() throws IOException {
        delegate.finishMerge();
    }

    @Override
    public void checkIntegrity() throws IOException {
        delegate.checkIntegrity();
    }

    @Override
    public Map<String, Long> getOffHeapByteSize(FieldInfo fieldInfo) {
        return delegate.getOffHeapByteSize(fieldInfo);
    }

    @Override
    public long ramBytesUsed() {
        return SHALLOW_SIZE + delegate.ramBytesUsed();
    }

    @Override
    public void close() throws IOException {
        if (ownsFiles) {
            delegate.close();
        }
    }
}
