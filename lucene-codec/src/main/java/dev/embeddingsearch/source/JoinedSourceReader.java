/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.source;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.StoredFieldsReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.StoredFieldVisitor;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.util.IOUtils;

/**
 * Reads stored fields, and restores the vectors of {@link SplitSource split} documents.
 *
 * <p>Clones and merge instances share the vectors reader of the instance that was opened, and only that instance closes
 * it: OpenSearch closes the merge instances that it has used for a scroll while other threads still read the segment.
 */
final class JoinedSourceReader extends StoredFieldsReader {

    private final StoredFieldsReader delegate;
    private final KnnVectorsReader vectors;
    private final FieldInfos fields;
    /** The vectors reader if this instance closes it; null in clones and merge instances. */
    private final KnnVectorsReader ownedVectors;
    /** By field. Not thread-safe, as this instance is not. */
    private final Map<String, VectorCursor> cursors = new HashMap<>();

    /** Both readers are closed with this one. */
    JoinedSourceReader(StoredFieldsReader delegate, KnnVectorsReader vectors, FieldInfos fields) {
        this(delegate, vectors, fields, vectors);
    }

    private JoinedSourceReader(
            StoredFieldsReader delegate, KnnVectorsReader vectors, FieldInfos fields, KnnVectorsReader ownedVectors) {
        this.delegate = delegate;
        this.vectors = vectors;
        this.fields = fields;
        this.ownedVectors = ownedVectors;
    }

    /** The reader of documents as they are stored. */
    StoredFieldsReader delegate() {
        return delegate;
    }

    /** The vectors of a field, and the last document that was read from them. */
    private record VectorCursor(FloatVectorValues values, KnnVectorValues.DocIndexIterator documents) {}

    @Override
    public void document(int docID, StoredFieldVisitor visitor) throws IOException {
        delegate.document(docID, new JoiningVisitor(visitor, field -> vector(field, docID)));
    }

    private float[] vector(String field, int docID) throws IOException {
        FieldInfo info = fields.fieldInfo(field);
        if (info == null || info.getVectorDimension() == 0 || info.getVectorEncoding() != VectorEncoding.FLOAT32) {
            return null;
        }
        VectorCursor cursor = cursors.get(field);
        if (cursor == null || cursor.documents().docID() > docID) {
            FloatVectorValues values = vectors.getFloatVectorValues(field);
            cursor = new VectorCursor(values, values.iterator());
            cursors.put(field, cursor);
        }
        KnnVectorValues.DocIndexIterator documents = cursor.documents();
        int found = documents.docID() < docID ? documents.advance(docID) : documents.docID();
        return found == docID ? cursor.values().vectorValue(documents.index()) : null;
    }

    @Override
    public void prefetch(int docID) throws IOException {
        delegate.prefetch(docID);
    }

    @Override
    public StoredFieldsReader clone() {
        return new JoinedSourceReader(delegate.clone(), vectors, fields, null);
    }

    /** Restores vectors too: OpenSearch also uses merge instances to read documents in sequence. */
    @Override
    public StoredFieldsReader getMergeInstance() {
        return new JoinedSourceReader(delegate.getMergeInstance(), vectors, fields, null);
    }

    @Override
    public void checkIntegrity() throws IOException {
        delegate.checkIntegrity();
    }

    @Override
    public void close() throws IOException {
        IOUtils.close(delegate, ownedVectors);
    }

    /** Passes fields to another visitor, with the vectors of split documents restored. */
    private static final class JoiningVisitor extends StoredFieldVisitor {
        private final StoredFieldVisitor visitor;
        private final SplitSource.VectorLookup vectors;

        JoiningVisitor(StoredFieldVisitor visitor, SplitSource.VectorLookup vectors) {
            this.visitor = visitor;
            this.vectors = vectors;
        }

        @Override
        public Status needsField(FieldInfo field) throws IOException {
            return visitor.needsField(field);
        }

        @Override
        public void binaryField(FieldInfo field, byte[] value) throws IOException {
            boolean split = field.name.equals(SplitSourceFormat.SOURCE) && SplitSource.isSplit(value);
            visitor.binaryField(field, split ? SplitSource.join(value, vectors) : value);
        }

        @Override
        public void stringField(FieldInfo field, String value) throws IOException {
            visitor.stringField(field, value);
        }

        @Override
        public void intField(FieldInfo field, int value) throws IOException {
            visitor.intField(field, value);
        }

        @Override
        public void longField(FieldInfo field, long value) throws IOException {
            visitor.longField(field, value);
        }

        @Override
        public void floatField(FieldInfo field, float value) throws IOException {
            visitor.floatField(field, value);
        }

        @Override
        public void doubleField(FieldInfo field, double value) throws IOException {
            visitor.doubleField(field, value);
        }
    }
}
