/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.flat.VectorPrecision;
import dev.embeddingsearch.vectors.graph.GraphNodesWriter;
import dev.embeddingsearch.vectors.graph.TwoPhaseMergeWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.IORunnable;

/** Writes vectors through Lucene's writer, and computes the {@link Centroid} of each float field on the way. */
final class EmbeddingVectorsWriter extends TwoPhaseMergeWriter {
    private final SegmentWriteState state;
    private final TwoPhaseMergeWriter delegate;
    private final VectorPrecision precision;
    private final GraphNodesWriter nodes;
    private final Map<FieldInfo, CentroidSum> sums = new LinkedHashMap<>();

    /** @param nodes the writer that {@code delegate} uses, for its entries in the .emc file */
    EmbeddingVectorsWriter(
            SegmentWriteState state, TwoPhaseMergeWriter delegate, VectorPrecision precision, GraphNodesWriter nodes) {
        this.state = state;
        this.delegate = delegate;
        this.precision = precision;
        this.nodes = nodes;
    }

    @Override
    @SuppressWarnings("unchecked") // Lucene gives a FLOAT32 field a writer of float[]
    public KnnFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
        KnnFieldVectorsWriter<?> writer = delegate.addField(field);
        return field.getVectorEncoding() == VectorEncoding.FLOAT32
                ? new SummingWriter(
                        (KnnFieldVectorsWriter<float[]>) writer,
                        newSum(field),
                        vector -> precision.round(field.name, vector))
                : writer;
    }

    @Override
    public void flush(int maxDoc, Sorter.DocMap sortMap) throws IOException {
        delegate.flush(maxDoc, sortMap);
    }

    @Override
    public IORunnable mergeVectors(FieldInfo field, MergeState mergeState) throws IOException {
        IORunnable graph = delegate.mergeVectors(field, mergeState);
        if (field.getVectorEncoding() == VectorEncoding.FLOAT32) {
            CentroidSum sum = newSum(field);
            for (int i = 0; i < mergeState.knnVectorsReaders.length; i++) {
                if (MergedVectorValues.hasVectorValues(mergeState.fieldInfos[i], field.name)) {
                    addSegment(sum, field.name, mergeState.knnVectorsReaders[i], mergeState.liveDocs[i]);
                }
            }
            sample(sum, field.name, mergeState);
        }
        return graph;
    }

    /** Samples vectors at equal distances over all source segments, deleted documents skipped. */
    private static void sample(CentroidSum sum, String field, MergeState mergeState) throws IOException {
        List<FloatVectorValues> segments = new ArrayList<>();
        List<Bits> liveDocs = new ArrayList<>();
        for (int i = 0; i < mergeState.knnVectorsReaders.length; i++) {
            KnnVectorsReader reader = mergeState.knnVectorsReaders[i];
            boolean present = reader != null && MergedVectorValues.hasVectorValues(mergeState.fieldInfos[i], field);
            FloatVectorValues vectors = present ? reader.getFloatVectorValues(field) : null;
            if (vectors != null) {
                segments.add(vectors);
                liveDocs.add(mergeState.liveDocs[i]);
            }
        }
        long step = Math.max(1, sum.count() / CosineSample.SIZE);
        long next = 0;
        for (int i = 0; i < segments.size(); i++) {
            FloatVectorValues vectors = segments.get(i);
            for (; next < vectors.size(); next += step) {
                int ordinal = (int) next;
                if (liveDocs.get(i) == null || liveDocs.get(i).get(vectors.ordToDoc(ordinal))) {
                    sum.sample(vectors.vectorValue(ordinal));
                }
            }
            next -= vectors.size();
        }
    }

    private static void addSegment(CentroidSum sum, String field, KnnVectorsReader reader, Bits liveDocs)
            throws IOException {
        EmbeddingVectorsReader stored = EmbeddingVectorsReader.find(reader, field);
        if (stored != null && liveDocs == null) {
            sum.add(stored.centroid(field));
            return;
        }
        FloatVectorValues vectors = reader == null ? null : reader.getFloatVectorValues(field);
        if (vectors != null) {
            DocIndexIterator docs = vectors.iterator();
            for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
                if (liveDocs == null || liveDocs.get(doc)) {
                    sum.add(vectors.vectorValue(docs.index()));
                }
            }
        }
    }

    private CentroidSum newSum(FieldInfo field) {
        CentroidSum sum = new CentroidSum(field.getVectorDimension());
        sums.put(field, sum);
        return sum;
    }

    @Override
    public void finish() throws IOException {
        delegate.finish();
        CentroidsFile.write(state, sums, nodes);
    }

    @Override
    public long ramBytesUsed() {
        return delegate.ramBytesUsed()
                + sums.values().stream().mapToLong(CentroidSum::ramBytesUsed).sum();
    }

    @Override
    public void close() throws IOException {
        delegate.close();
    }

    private static final class SummingWriter extends KnnFieldVectorsWriter<float[]> {
        private final KnnFieldVectorsWriter<float[]> delegate;
        private final CentroidSum sum;
        private final UnaryOperator<float[]> rounding;

        /** @param rounding to the stored precision; centroid and quantized vectors are computed from its result */
        SummingWriter(KnnFieldVectorsWriter<float[]> delegate, CentroidSum sum, UnaryOperator<float[]> rounding) {
            this.delegate = delegate;
            this.sum = sum;
            this.rounding = rounding;
        }

        @Override
        public void addValue(int docId, float[] vector) throws IOException {
            float[] rounded = rounding.apply(vector);
            delegate.addValue(docId, rounded);
            sum.add(rounded);
            sum.sample(rounded);
        }

        @Override
        public float[] copyValue(float[] vector) {
            return delegate.copyValue(vector);
        }

        @Override
        public long ramBytesUsed() {
            return delegate.ramBytesUsed() + sum.ramBytesUsed();
        }
    }
}
