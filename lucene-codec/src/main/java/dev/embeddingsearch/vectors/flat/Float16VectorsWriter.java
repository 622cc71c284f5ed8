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
final class Float16VectorsWriter extends FlatVectorsWriter {
    private static final long SHALLOW_SIZE = RamUsageEstimator.shallowSizeOfInstance(Float16VectorsWriter.class);

    private final SegmentWriteState state;
    private final FlatVectorsWriter delegate;
    private final List<BufferedFieldWriter> fields = new ArrayList<>();

    Float16VectorsWriter(SegmentWriteState state, FlatVectorsWriter delegate) {
        super(delegate.getFlatVectorScorer());
        this.state = state;
        this.delegate = delegate;
    }

    @Override
    public FlatFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
        if (field.getVectorEncoding() != VectorEncoding.FLOAT32) {
            return delegate.addField(field);
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
            mergeOneField(field.field(), field.toMergeState(state, sortMap));
            field.finish();
        }
        delegate.flush(maxDoc, sortMap);
    }

    @Override
    public void mergeOneField(FieldInfo field, MergeState state) throws IOException {
        if (field.getVectorEncoding() != VectorEncoding.FLOAT32) {
            delegate.mergeOneField(field, state);
            return;
        }
        KnnVectorsReader[] readers = state.knnVectorsReaders.clone();
        for (int i = 0; i < readers.length; i++) {
            readers[i] = readers[i] == null ? null : new Float16MergeReader(readers[i]);
        }
        delegate.mergeOneField(Float16.asByteVectors(field), MergeStates.withReaders(state, readers));
    }

    /** Not supported for float fields: their graphs are built over quantized vectors. */
    @Override
    public CloseableRandomVectorScorerSupplier mergeOneFieldToIndex(FieldInfo field, MergeState state)
            throws IOException {
        if (field.getVectorEncoding() == VectorEncoding.FLOAT32) {
            throw new UnsupportedOperationException("field [" + field.name
                    + "] expects a graph of quantized vectors, got one of vectors in half precision");
        }
        return delegate.mergeOneFieldToIndex(field, state);
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
