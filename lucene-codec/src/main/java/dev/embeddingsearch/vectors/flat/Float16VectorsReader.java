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

/** Reads what {@link Float16VectorsFormat} wrote. */
final class Float16VectorsReader extends FlatVectorsReader {
    private static final long SHALLOW_SIZE = RamUsageEstimator.shallowSizeOfInstance(Float16VectorsReader.class);

    private final FlatVectorsReader lucene;
    private final FieldInfos fields;
    /** Whether this instance was opened and so closes the files: merge instances share them. */
    private final boolean opened;

    /**
     * @param lucene which knows the fields as they are in files
     * @param fields as everyone else knows them
     */
    Float16VectorsReader(FlatVectorsReader lucene, FieldInfos fields) {
        this(lucene, fields, true);
    }

    private Float16VectorsReader(FlatVectorsReader lucene, FieldInfos fields, boolean opened) {
        super(lucene.getFlatVectorScorer());
        this.lucene = lucene;
        this.fields = fields;
        this.opened = opened;
    }

    @Override
    public FloatVectorValues getFloatVectorValues(String field) throws IOException {
        FieldInfo info = require(field, VectorEncoding.FLOAT32);
        return new Float16VectorValues(
                lucene.getByteVectorValues(field), info.getVectorSimilarityFunction(), vectorScorer);
    }

    @Override
    public ByteVectorValues getByteVectorValues(String field) throws IOException {
        require(field, VectorEncoding.BYTE);
        return lucene.getByteVectorValues(field);
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
        return lucene.getRandomVectorScorer(field, target);
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
        return new Float16VectorsReader(lucene.getMergeInstance(), fields, false);
    }

    @Override
    public void finishMerge() throws IOException {
        lucene.finishMerge();
    }

    @Override
    public void checkIntegrity() throws IOException {
        lucene.checkIntegrity();
    }

    @Override
    public Map<String, Long> getOffHeapByteSize(FieldInfo fieldInfo) {
        return lucene.getOffHeapByteSize(fieldInfo);
    }

    @Override
    public long ramBytesUsed() {
        return SHALLOW_SIZE + lucene.ramBytesUsed();
    }

    @Override
    public void close() throws IOException {
        if (opened) {
            lucene.close();
        }
    }
}
