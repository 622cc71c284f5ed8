/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.source;

import java.io.IOException;
import java.util.Collection;
import org.apache.lucene.codecs.StoredFieldsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.StoredFieldDataInput;
import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.BytesRef;

/**
 * Writes stored fields unchanged. Merges copy split documents without restoring them, so that the delegate can copy
 * them in bulk.
 */
final class SplitSourceWriter extends StoredFieldsWriter {

    private final StoredFieldsWriter delegate;

    SplitSourceWriter(StoredFieldsWriter delegate) {
        this.delegate = delegate;
    }

    @Override
    public int merge(MergeState merge) throws IOException {
        for (int i = 0; i < merge.storedFieldsReaders.length; i++) {
            if (merge.storedFieldsReaders[i] instanceof JoinedSourceReader joined) {
                merge.storedFieldsReaders[i] = joined.delegate();
            }
        }
        return delegate.merge(merge);
    }

    @Override
    public void startDocument() throws IOException {
        delegate.startDocument();
    }

    @Override
    public void finishDocument() throws IOException {
        delegate.finishDocument();
    }

    @Override
    public void writeField(FieldInfo field, int value) throws IOException {
        delegate.writeField(field, value);
    }

    @Override
    public void writeField(FieldInfo field, long value) throws IOException {
        delegate.writeField(field, value);
    }

    @Override
    public void writeField(FieldInfo field, float value) throws IOException {
        delegate.writeField(field, value);
    }

    @Override
    public void writeField(FieldInfo field, double value) throws IOException {
        delegate.writeField(field, value);
    }

    @Override
    public void writeField(FieldInfo field, StoredFieldDataInput value) throws IOException {
        delegate.writeField(field, value);
    }

    @Override
    public void writeField(FieldInfo field, BytesRef value) throws IOException {
        delegate.writeField(field, value);
    }

    @Override
    public void writeField(FieldInfo field, String value) throws IOException {
        delegate.writeField(field, value);
    }

    @Override
    public void finish(int documents) throws IOException {
        delegate.finish(documents);
    }

    @Override
    public void close() throws IOException {
        delegate.close();
    }

    @Override
    public long ramBytesUsed() {
        return delegate.ramBytesUsed();
    }

    @Override
    public Collection<Accountable> getChildResources() {
        return delegate.getChildResources();
    }
}
