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
 * Reads stored fields, and puts the vectors back into documents that were stored without them.
 *
 * <p>Clones and merge instances share the vectors of the reader that was opened, which alone closes them: OpenSearch closes
 * the merge instances that a scroll has used, while others still read the segment.
 */
final class JoinedSourceReader extends StoredFieldsReader {

    private final StoredFieldsReader split;
    private final KnnVectorsReader vectors;
    private final FieldInfos fields;
    /** Closed with this instance; null for clones and merge instances. */
    private final KnnVectorsReader owned;
    /** Of this instance, and so of one thread. */
    private final Map<String, Position> positions = new HashMap<>();

    /** Both readers are closed with this one. */
    JoinedSourceReader(StoredFieldsReader split, KnnVectorsReader vectors, FieldInfos fields) {
        this(split, vectors, fields, vectors);
    }

    private JoinedSourceReader(
            StoredFieldsReader split, KnnVectorsReader vectors, FieldInfos fields, KnnVectorsReader owned) {
        this.split = split;
        this.vectors = vectors;
        this.fields = fields;
        this.owned = owned;
    }

    /** The same documents as they are stored. */
    StoredFieldsReader split() {
        return split;
    }

    private record Position(FloatVectorValues values, KnnVectorValues.DocIndexIterator documents) {}

    @Override
    public void document(int docID, StoredFieldVisitor visitor) throws IOException {
        split.document(docID, new Joining(visitor, field -> vector(field, docID)));
    }

    private float[] vector(String field, int docID) throws IOException {
        FieldInfo info = fields.fieldInfo(field);
        if (info == null || info.getVectorDimension() == 0 || info.getVectorEncoding() != VectorEncoding.FLOAT32) {
            return null;
        }
        Position position = positions.get(field);
        if (position == null || position.documents().docID() > docID) {
            FloatVectorValues values = vectors.getFloatVectorValues(field);
            position = new Position(values, values.iterator());
            positions.put(field, position);
        }
        KnnVectorValues.DocIndexIterator documents = position.documents();
        int found = documents.docID() < docID ? documents.advance(docID) : documents.docID();
        return found == docID ? position.values().vectorValue(documents.index()) : null;
    }

    @Override
    public void prefetch(int docID) throws IOException {
        split.prefetch(docID);
    }

    @Override
    public StoredFieldsReader clone() {
        return new JoinedSourceReader(split.clone(), vectors, fields, null);
    }

    /** Not for merges alone: it is also how documents are read in sequence. */
    @Override
    public StoredFieldsReader getMergeInstance() {
        return new JoinedSourceReader(split.getMergeInstance(), vectors, fields, null);
    }

    @Override
    public void checkIntegrity() throws IOException {
        split.checkIntegrity();
    }

    @Override
    public void close() throws IOException {
        IOUtils.close(split, owned);
    }

    /** Passes on everything, but the document whole. */
    private static final class Joining extends StoredFieldVisitor {
        private final StoredFieldVisitor visitor;
        private final SplitSource.Vectors vectors;

        Joining(StoredFieldVisitor visitor, SplitSource.Vectors vectors) {
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
