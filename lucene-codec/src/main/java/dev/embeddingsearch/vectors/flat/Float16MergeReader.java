/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.io.IOException;
import java.util.Map;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;

/**
 * Reads the float vectors of a source segment of a merge, in any format, as byte vectors of their {@link Float16}
 * encoding.
 */
final class Float16MergeReader extends KnnVectorsReader {
    private final KnnVectorsReader reader;

    Float16MergeReader(KnnVectorsReader reader) {
        this.reader = reader;
    }

    @Override
    public ByteVectorValues getByteVectorValues(String field) throws IOException {
        FloatVectorValues vectors = reader.getFloatVectorValues(field);
        return vectors == null ? null : new Values(field, vectors);
    }

    @Override
    public FloatVectorValues getFloatVectorValues(String field) throws IOException {
        return reader.getFloatVectorValues(field);
    }

    @Override
    public void checkIntegrity() throws IOException {
        reader.checkIntegrity();
    }

    @Override
    public void search(String field, float[] target, KnnCollector collector, AcceptDocs acceptDocs) throws IOException {
        reader.search(field, target, collector, acceptDocs);
    }

    @Override
    public void search(String field, byte[] target, KnnCollector collector, AcceptDocs acceptDocs) throws IOException {
        reader.search(field, target, collector, acceptDocs);
    }

    @Override
    public Map<String, Long> getOffHeapByteSize(FieldInfo field) {
        return reader.getOffHeapByteSize(field);
    }

    /** Does nothing: the merge closes the readers that it opened. */
    @Override
    public void close() {}

    private static final class Values extends ByteVectorValues {
        private final String field;
        private final FloatVectorValues vectors;
        private final byte[] bytes;

        Values(String field, FloatVectorValues vectors) {
            this.field = field;
            this.vectors = vectors;
            this.bytes = new byte[vectors.dimension() * Float16.BYTES];
        }

        @Override
        public byte[] vectorValue(int ord) throws IOException {
            Float16.encode(VectorPrecision.FLOAT16.round(field, vectors.vectorValue(ord)), bytes);
            return bytes;
        }

        @Override
        public int dimension() {
            return bytes.length;
        }

        @Override
        public int size() {
            return vectors.size();
        }

        @Override
        public int ordToDoc(int ord) {
            return vectors.ordToDoc(ord);
        }

        @Override
        public DocIndexIterator iterator() {
            return vectors.iterator();
        }

        @Override
        public ByteVectorValues copy() throws IOException {
            return new Values(field, vectors.copy());
        }
    }
}
