/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import dev.embeddingsearch.vectors.flat.VisibleVectors;
import java.io.IOException;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.SortField;
import org.opensearch.common.util.BigArrays;
import org.opensearch.index.fielddata.IndexFieldData;
import org.opensearch.index.fielddata.LeafFieldData;
import org.opensearch.index.fielddata.ScriptDocValues;
import org.opensearch.index.fielddata.SortedBinaryDocValues;
import org.opensearch.index.mapper.DocValueFetcher;
import org.opensearch.search.DocValueFormat;
import org.opensearch.search.MultiValueMode;
import org.opensearch.search.aggregations.support.CoreValuesSourceType;
import org.opensearch.search.aggregations.support.ValuesSourceType;
import org.opensearch.search.sort.BucketedSort;
import org.opensearch.search.sort.SortOrder;

/** The indexed vectors as lists of floats, for scripts and {@code docvalue_fields}. */
record VectorFieldData(String field) implements IndexFieldData<VectorFieldData.Leaf> {

    @Override
    public String getFieldName() {
        return field;
    }

    @Override
    public ValuesSourceType getValuesSourceType() {
        return CoreValuesSourceType.BYTES;
    }

    @Override
    public Leaf load(LeafReaderContext context) {
        return new Leaf(context.reader(), field);
    }

    @Override
    public Leaf loadDirect(LeafReaderContext context) {
        return load(context);
    }

    @Override
    public SortField sortField(
            Object missingValue, MultiValueMode mode, XFieldComparatorSource.Nested nested, boolean reverse) {
        throw unsupported("sorted by");
    }

    @Override
    @SuppressWarnings("TooManyParameters") // OpenSearch's signature
    public BucketedSort newBucketedSort(
            BigArrays bigArrays,
            Object missingValue,
            MultiValueMode sortMode,
            XFieldComparatorSource.Nested nested,
            SortOrder sortOrder,
            DocValueFormat format,
            int bucketSize,
            BucketedSort.ExtraData extra) {
        throw unsupported("sorted by");
    }

    private IllegalArgumentException unsupported(String what) {
        return new IllegalArgumentException("field [" + field + "] of type [embedding] cannot be " + what);
    }

    /** The vectors of one segment. */
    record Leaf(LeafReader reader, String field) implements LeafFieldData {

        @Override
        public ScriptDocValues<Float> getScriptValues() {
            return new ScriptVector(new Vectors(reader, field));
        }

        @Override
        public SortedBinaryDocValues getBytesValues() {
            throw new IllegalArgumentException("field [" + field + "] of type [embedding] cannot be aggregated");
        }

        @Override
        public DocValueFetcher.Leaf getLeafValueFetcher(DocValueFormat format) {
            Vectors vectors = new Vectors(reader, field);
            return new DocValueFetcher.Leaf() {
                private float[] vector;
                private int next;

                @Override
                public boolean advanceExact(int docId) throws IOException {
                    vector = vectors.get(docId);
                    next = 0;
                    return vector != null;
                }

                @Override
                public int docValueCount() {
                    return vector.length;
                }

                @Override
                public Object nextValue() {
                    return vector[next++];
                }
            };
        }

        @Override
        public long ramBytesUsed() {
            return 0;
        }

        @Override
        public void close() {}
    }

    /** Random access to vectors by document; a document before the last one needs a new iterator. */
    static final class Vectors {
        private final LeafReader reader;
        private final String field;
        private FloatVectorValues values;
        private KnnVectorValues.DocIndexIterator documents;

        Vectors(LeafReader reader, String field) {
            this.reader = reader;
            this.field = field;
        }

        /** A copy of the document's vector; null if it has none. */
        float[] get(int doc) throws IOException {
            if (documents == null || documents.docID() > doc) {
                // Iterators of the same values may share their state.
                values = VisibleVectors.of(reader, field);
                if (values == null) {
                    return null;
                }
                documents = values.iterator();
            }
            int current = documents.docID() < doc ? documents.advance(doc) : documents.docID();
            return current == doc ? values.vectorValue(documents.index()).clone() : null;
        }
    }

    /** {@code doc['field']} in a script: the components of the document's vector; empty if it has none. */
    private static final class ScriptVector extends ScriptDocValues<Float> {
        private final Vectors vectors;
        private float[] vector = new float[0];

        ScriptVector(Vectors vectors) {
            this.vectors = vectors;
        }

        @Override
        public void setNextDocId(int docId) throws IOException {
            float[] found = vectors.get(docId);
            vector = found == null ? new float[0] : found;
        }

        @Override
        public Float get(int index) {
            return vector[index];
        }

        @Override
        public int size() {
            return vector.length;
        }
    }
}
