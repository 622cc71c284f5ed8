/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.hnsw.FlatFieldVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.hnsw.CloseableRandomVectorScorerSupplier;

/** Writes float vectors in their {@link Float16} encoding through Lucene's writer of byte vectors. */
final class Float16VectorsWriter extends FilterFlatVectorsWriter {
    private static final long SHALLOW_SIZE = RamUsageEstimator.shallowSizeOfInstance(Float16VectorsWriter.class);

    private final SegmentWriteState state;
    private final List<BufferedFieldWriter> fields = new ArrayList<>();

    Float16VectorsWriter(SegmentWriteState state, FlatVectorsWriter delegate) {
        super(delegate);
        this.state = state;
    }

    @Override
    public FlatFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
        if (field.getVectorEncoding() != VectorEncoding.FLOAT32) {
            return super.addField(field);
        }
        fields.add(new BufferedFieldWriter(field));
        return fields.getLast();
    }

    /**
     * Float fields are written as a merge writes them: one vector is encoded at a time, so that no second copy of all
     * is needed.
     */
    @Override
    public void flush(int maxDoc, Sorter.DocMap sortMap) throws IOException {
        for (BufferedFieldWriter field : fields) {
            mergeOneField(field.field(), field.toMergeState(state, sortMap, null));
            field.finish();
        }
        delegate.flush(maxDoc, sortMap);
    }

    @Override
    public FieldInfo stored(FieldInfo field) {
        return Float16.asByteVectors(field);
    }

    @Override
    public MergeState source(FieldInfo field, MergeState state) {
        if (field.getVectorEncoding() != VectorEncoding.FLOAT32) {
            return state;
        }
        KnnVectorsReader[] readers = state.knnVectorsReaders.clone();
        for (int i = 0; i < readers.length; i++) {
            readers[i] = readers[i] == null ? null : new Float16MergeReader(readers[i]);
        }
        return MergeStates.withReaders(state, readers);
    }

    /** Not supported for float fields: their graphs are built over quantized vectors. */
    @Override
    public CloseableRandomVectorScorerSupplier nodes(FieldInfo field, CloseableRandomVectorScorerSupplier vectors)
            throws IOException {
        if (field.getVectorEncoding() == VectorEncoding.FLOAT32) {
            vectors.close();
            throw new UnsupportedOperationException("field [" + field.name
                    + "] expects a graph over quantized vectors, got one over vectors in half precision");
        }
        return vectors;
    }

    @Override
    public void finish() throws IOException {
        delegate.finish();
    }

    @Override
    public long ramBytesUsed() {
        return SHALLOW_SIZE
                + delegate.ramBytesUsed()
                + fields.stream().mapToLong(BufferedFieldWriter::ramBytesUsed).sum();
    }

    @Override
    public void close() throws IOException {
        delegate.close();
    }
}
