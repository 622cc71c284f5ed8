/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatFieldVectorsWriter;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.RamUsageEstimator;

/** Buffers the vectors of a field on the heap until the segment is flushed. */
public final class BufferedFieldWriter extends FlatFieldVectorsWriter<float[]> {
    private static final long SHALLOW_SIZE = RamUsageEstimator.shallowSizeOfInstance(BufferedFieldWriter.class);

    private final FieldInfo field;
    private final List<float[]> vectors = new ArrayList<>();
    private final DocsWithFieldSet documents = new DocsWithFieldSet();
    private int lastDocument = -1;
    private boolean finished;

    public BufferedFieldWriter(FieldInfo field) {
        this.field = field;
    }

    @Override
    public void addValue(int docId, float[] vector) {
        if (docId == lastDocument) {
            throw duplicateValue(field);
        }
        documents.add(docId);
        vectors.add(copyValue(vector));
        lastDocument = docId;
    }

    /** Lucene's error for a document with two vectors in the same field. */
    public static IllegalArgumentException duplicateValue(FieldInfo field) {
        return new IllegalArgumentException("VectorValuesField \"" + field.name
                + "\" appears more than once in this document (only one value is allowed per field)");
    }

    @Override
    public float[] copyValue(float[] vector) {
        return vector.clone();
    }

    public FieldInfo field() {
        return field;
    }

    @Override
    public List<float[]> getVectors() {
        return vectors;
    }

    @Override
    public DocsWithFieldSet getDocsWithFieldSet() {
        return documents;
    }

    /**
     * A merge of a single segment, which has the buffered vectors.
     *
     * @param sortMap from old to new documents of a sorted segment; null if they keep their order
     * @param helpers of the calling thread; null for none
     */
    public MergeState toMergeState(SegmentWriteState state, Sorter.DocMap sortMap, Executor helpers)
            throws IOException {
        BufferedVectors sorted = BufferedVectors.of(vectors, documents, field.getVectorDimension(), sortMap);
        return BufferedVectorsReader.merge(state, field, sorted, helpers);
    }

    /**
     * Passes all vectors to {@code writer}, dropping each at once: if the writer copies it, only one is on the heap
     * twice.
     */
    public void moveTo(KnnFieldVectorsWriter<float[]> writer) throws IOException {
        DocIdSetIterator document = documents.iterator();
        for (int i = 0; i < vectors.size(); i++) {
            writer.addValue(document.nextDoc(), vectors.set(i, null));
        }
        clear();
    }

    /** Drops the buffered vectors. */
    public void clear() {
        vectors.clear();
    }

    @Override
    public void finish() {
        finished = true;
    }

    @Override
    public boolean isFinished() {
        return finished;
    }

    @Override
    public long ramBytesUsed() {
        long bytesPerVector = RamUsageEstimator.NUM_BYTES_OBJECT_REF
                + RamUsageEstimator.NUM_BYTES_ARRAY_HEADER
                + (long) field.getVectorDimension() * Float.BYTES;
        return SHALLOW_SIZE + documents.ramBytesUsed() + vectors.size() * bytesPerVector;
    }
}
