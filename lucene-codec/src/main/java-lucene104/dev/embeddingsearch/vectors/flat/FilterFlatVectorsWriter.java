/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.io.IOException;
import org.apache.lucene.codecs.hnsw.FlatFieldVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.util.hnsw.CloseableRandomVectorScorerSupplier;

/** Passes vectors to another writer. Lucene 10.4 merges the vectors of a field, and reads them for its graph, at once. */
public abstract class FilterFlatVectorsWriter extends FlatVectorsWriter implements MergeFilter {
    protected final FlatVectorsWriter delegate;

    protected FilterFlatVectorsWriter(FlatVectorsWriter delegate) {
        super(delegate.getFlatVectorScorer());
        this.delegate = delegate;
    }

    @Override
    public FlatFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
        return delegate.addField(field);
    }

    @Override
    public void mergeOneField(FieldInfo field, MergeState state) throws IOException {
        delegate.mergeOneField(stored(field), source(field, state));
    }

    @Override
    public CloseableRandomVectorScorerSupplier mergeOneFieldToIndex(FieldInfo field, MergeState state)
            throws IOException {
        return nodes(field, delegate.mergeOneFieldToIndex(stored(field), source(field, state)));
    }
}
