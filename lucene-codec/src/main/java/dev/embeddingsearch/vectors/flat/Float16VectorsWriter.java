/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import dev.embeddingsearch.vectors.graph.DistinctGraphWriter;
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

/** Has Lucene's writer of vectors of bytes write the {@link Float16} of float vectors. */
final class Float16VectorsWriter extends FlatVectorsWriter {
    private static final long SHALLOW_SIZE = RamUsageEstimator.shallowSizeOfInstance(Float16VectorsWriter.class);

    private final SegmentWriteState state;
    private final FlatVectorsWriter lucene;
    private final List<BufferedField> fields = new ArrayList<>();

    Float16VectorsWriter(SegmentWriteState state, FlatVectorsWriter lucene) {
        super(lucene.getFlatVectorScorer());
        this.state = state;
        this.lucene = lucene;
    }

    @Override
    public FlatFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
        if (field.getVectorEncoding() != VectorEncoding.FLOAT32) {
            return lucene.addField(field);
        }
        fields.add(new BufferedField(field));
        return fields.getLast();
    }

    /** Floats are written as a merge writes them, their halves made one by one: together these never are in memory. */
    @Override
    public void flush(int maxDoc, Sorter.DocMap sortMap) throws IOException {
        for (BufferedField field : fields) {
            mergeOneField(field.field(), field.asMerge(state, sortMap));
            field.finish();
        }
        lucene.flush(maxDoc, sortMap);
    }

    @Override
    public void mergeOneField(FieldInfo field, MergeState state) throws IOException {
        if (field.getVectorEncoding() != VectorEncoding.FLOAT32) {
            lucene.mergeOneField(field, state);
            return;
        }
        KnnVectorsReader[] readers = state.knnVectorsReaders.clone();
        for (int i = 0; i < readers.length; i++) {
            readers[i] = readers[i] == null ? null : new Float16MergeReader(readers[i]);
        }
        lucene.mergeOneField(Float16.inFiles(field), DistinctGraphWriter.withReaders(state, readers));
    }

    /** Graphs of float fields are built over codes. */
    @Override
    public CloseableRandomVectorScorerSupplier mergeOneFieldToIndex(FieldInfo field, MergeState state)
            throws IOException {
        if (field.getVectorEncoding() == VectorEncoding.FLOAT32) {
            throw new UnsupportedOperationException(
                    "field [" + field.name + "] expects a graph over codes, got one over vectors in half precision");
        }
        return lucene.mergeOneFieldToIndex(field, state);
    }

    @Override
    public void finish() throws IOException {
        lucene.finish();
    }

    @Override
    public long ramBytesUsed() {
        return SHALLOW_SIZE
                + lucene.ramBytesUsed()
                + fields.stream().mapToLong(BufferedField::ramBytesUsed).sum();
    }

    @Override
    public void close() throws IOException {
        lucene.close();
    }
}
