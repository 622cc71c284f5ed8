/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import dev.embeddingsearch.vectors.flat.FilterFlatVectorsWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
final class DistinctFlatWriter extends FilterFlatVectorsWriter {
    private final GraphOptions graph;
    private final List<DistinctFieldWriter> fields = new ArrayList<>();
    /** The duplicates of fields that are being merged, by field name; of other fields each vector becomes a node. */
    private final Map<String, MergeDuplicates> duplicates = new HashMap<>();

    DistinctFlatWriter(FlatVectorsWriter flat, GraphOptions graph) {
        super(flat);
        this.graph = graph;
    }

    @Override
    @SuppressWarnings("unchecked") // Lucene gives a FLOAT32 field a writer of float[]
    public FlatFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
        FlatFieldVectorsWriter<?> all = super.addField(field);
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

    /** Sets the duplicates of a field that is merged next; null to forget them, after its graph is built. */
    void setDuplicates(FieldInfo field, MergeDuplicates found) {
        if (found == null) {
            duplicates.remove(field.name);
        } else {
            duplicates.put(field.name, found);
        }
    }

    /** The duplicates of a field that is being merged; null if each vector becomes a node. */
    MergeDuplicates duplicates(String field) {
        return duplicates.get(field);
    }

    /** The whole merge: the graph writer passes one without the duplicates. */
    @Override
    public MergeState source(FieldInfo field, MergeState state) {
        MergeDuplicates found = duplicates.get(field.name);
        return found == null ? state : found.state();
    }

    @Override
    public CloseableRandomVectorScorerSupplier nodes(FieldInfo field, CloseableRandomVectorScorerSupplier vectors)
            throws IOException {
        MergeDuplicates found = duplicates.get(field.name);
        if (found == null) {
            return vectors;
        }
        if (vectors.totalVectorCount() != found.count()) {
            vectors.close();
            throw new IllegalStateException("field [" + field.name + "] expects " + found.count()
                    + " merged vectors, got [" + vectors.totalVectorCount() + "]");
        }
        return NodeScorer.supplier(vectors, found.vectorOfNode());
    }

    @Override
    public void flush(int maxDoc, Sorter.DocMap sortMap) throws IOException {
        delegate.flush(maxDoc, sortMap);
    }

    @Override
    public void finish() throws IOException {
        delegate.finish();
    }

    @Override
    public long ramBytesUsed() {
        return delegate.ramBytesUsed();
    }

    @Override
    public void close() throws IOException {
        delegate.close();
    }
}
