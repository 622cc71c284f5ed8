/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.hnsw.FlatFieldVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.util.hnsw.CloseableRandomVectorScorerSupplier;

/** Writes all vectors, of which it shows each distinct one once to Lucene's writer of graphs. */
final class DistinctFlatWriter extends FlatVectorsWriter {
    private final FlatVectorsWriter flat;
    private final GraphOptions graph;
    private final List<DistinctField> fields = new ArrayList<>();
    /** What is merged now; null where each vector is a node. */
    private MergedCopies copies;

    DistinctFlatWriter(FlatVectorsWriter flat, GraphOptions graph) {
        super(flat.getFlatVectorScorer());
        this.flat = flat;
        this.graph = graph;
    }

    @Override
    @SuppressWarnings("unchecked") // Lucene gives a FLOAT32 field a writer of float[]
    public FlatFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
        FlatFieldVectorsWriter<?> all = flat.addField(field);
        if (field.getVectorEncoding() != VectorEncoding.FLOAT32 || !graph.possible()) {
            return all;
        }
        fields.add(new DistinctField(field, (FlatFieldVectorsWriter<float[]>) all, graph));
        return fields.getLast();
    }

    /** Those that were added, for the flush. */
    List<DistinctField> fields() {
        return fields;
    }

    /** Has the next merge write the vectors that {@code copies} found, and show the distinct ones. */
    void show(MergedCopies copies) {
        this.copies = copies;
    }

    @Override
    public CloseableRandomVectorScorerSupplier mergeOneFieldToIndex(FieldInfo field, MergeState state)
            throws IOException {
        if (copies == null) {
            return flat.mergeOneFieldToIndex(field, state);
        }
        CloseableRandomVectorScorerSupplier vectors = flat.mergeOneFieldToIndex(field, copies.state());
        if (vectors.totalVectorCount() != copies.count()) {
            vectors.close();
            throw new IllegalStateException("field [" + field.name + "] expects " + copies.count()
                    + " merged vectors, got [" + vectors.totalVectorCount() + "]");
        }
        return NodeScorer.supplier(vectors, copies.vectorOfNode());
    }

    @Override
    public void mergeOneField(FieldInfo field, MergeState state) throws IOException {
        flat.mergeOneField(field, state);
    }

    @Override
    public void flush(int maxDoc, Sorter.DocMap sortMap) throws IOException {
        flat.flush(maxDoc, sortMap);
    }

    @Override
    public void finish() throws IOException {
        flat.finish();
    }

    @Override
    public long ramBytesUsed() {
        return flat.ramBytesUsed();
    }

    @Override
    public void close() throws IOException {
        flat.close();
    }
}
