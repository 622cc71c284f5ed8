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

/**
 * Writes all vectors, but shows {@link org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsWriter} only distinct ones.
 */
final class DistinctFlatWriter extends FlatVectorsWriter {
    private final FlatVectorsWriter flat;
    private final GraphOptions graph;
    private final List<DistinctFieldWriter> fields = new ArrayList<>();
    /** The duplicates of the field that is being merged; null if each vector becomes a node. */
    private MergeDuplicates duplicates;

    DistinctFlatWriter(FlatVectorsWriter flat, GraphOptions graph) {
        super(flat.getFlatVectorScorer());
        this.flat = flat;
        this.graph = graph;
    }

    @Override
    @SuppressWarnings("unchecked") // Lucene gives a FLOAT32 field a writer of float[]
    public FlatFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
        FlatFieldVectorsWriter<?> all = flat.addField(field);
        if (field.getVectorEncoding() != VectorEncoding.FLOAT32 || !graph.enabled()) {
            return all;
        }
        fields.add(new DistinctFieldWriter(field, (FlatFieldVectorsWriter<float[]>) all, graph));
        return fields.getLast();
    }

    /** The float fields added so far. */
    List<DistinctFieldWriter> fields() {
        return fields;
    }

    /** Sets the duplicates of the field that is merged next; null for none. */
    void setDuplicates(MergeDuplicates duplicates) {
        this.duplicates = duplicates;
    }

    @Override
    public CloseableRandomVectorScorerSupplier mergeOneFieldToIndex(FieldInfo field, MergeState state)
            throws IOException {
        if (duplicates == null) {
            return flat.mergeOneFieldToIndex(field, state);
        }
        CloseableRandomVectorScorerSupplier vectors = flat.mergeOneFieldToIndex(field, duplicates.state());
        if (vectors.totalVectorCount() != duplicates.count()) {
            vectors.close();
            throw new IllegalStateException("field [" + field.name + "] expects " + duplicates.count()
                    + " merged vectors, got [" + vectors.totalVectorCount() + "]");
        }
        return NodeScorer.supplier(vectors, duplicates.vectorOfNode());
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
