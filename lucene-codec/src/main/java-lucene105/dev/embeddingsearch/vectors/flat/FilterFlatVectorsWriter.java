/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.hnsw.FlatFieldVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.MergeState;

/** Passes vectors to another writer. Lucene 10.5 merges vectors only; a reader opens them for the graph. */
public abstract class FilterFlatVectorsWriter extends FlatVectorsWriter implements MergeFilter {
    protected final FlatVectorsWriter delegate;
    private final List<FieldInfo> fieldInfos = new ArrayList<>();

    protected FilterFlatVectorsWriter(FlatVectorsWriter delegate) {
        super(delegate.getFlatVectorScorer());
        this.delegate = delegate;
    }

    /** The fields written so far. */
    public FieldInfos fieldInfos() {
        return new FieldInfos(fieldInfos.toArray(FieldInfo[]::new));
    }

    @Override
    public FlatFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
        fieldInfos.add(field);
        return delegate.addField(field);
    }

    @Override
    public void mergeOneFlatVectorField(FieldInfo field, MergeState state) throws IOException {
        fieldInfos.add(field);
        delegate.mergeOneFlatVectorField(stored(field), source(field, state));
    }
}
