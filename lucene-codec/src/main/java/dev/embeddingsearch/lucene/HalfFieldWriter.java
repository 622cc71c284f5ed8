/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.hnsw.FlatFieldVectorsWriter;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.RamUsageEstimator;

/** Keeps a field's vectors as floats, of which codes and graph are made, until their halves are written. */
final class HalfFieldWriter extends FlatFieldVectorsWriter<float[]> {
    private static final long SHALLOW_SIZE = RamUsageEstimator.shallowSizeOfInstance(HalfFieldWriter.class);

    private final FieldInfo field;
    private final FlatFieldVectorsWriter<byte[]> halves;
    private final List<float[]> vectors = new ArrayList<>();
    private final DocsWithFieldSet documents = new DocsWithFieldSet();
    private int lastDocument = -1;
    private boolean finished;

    /** @param halves takes the bytes of each vector */
    HalfFieldWriter(FieldInfo field, FlatFieldVectorsWriter<byte[]> halves) {
        this.field = field;
        this.halves = halves;
    }

    @Override
    public void addValue(int docId, float[] vector) throws IOException {
        if (docId == lastDocument) {
            throw new IllegalArgumentException("field [" + field.name + "] expects one vector a document, got another");
        }
        vectors.add(copyValue(vector));
        documents.add(docId);
        lastDocument = docId;
    }

    /** Passes all vectors on to be written: until here their halves take no memory. */
    @Override
    public void finish() throws IOException {
        if (finished) {
            return;
        }
        byte[] bytes = new byte[field.getVectorDimension() * Halves.BYTES];
        DocIdSetIterator document = documents.iterator();
        for (float[] vector : vectors) {
            Halves.encode(vector, bytes);
            halves.addValue(document.nextDoc(), bytes);
        }
        finished = true;
    }

    @Override
    public float[] copyValue(float[] vector) {
        return Storage.FLOAT16.stored(field.name, vector);
    }

    @Override
    public List<float[]> getVectors() {
        return vectors;
    }

    @Override
    public DocsWithFieldSet getDocsWithFieldSet() {
        return documents;
    }

    @Override
    public boolean isFinished() {
        return finished;
    }

    @Override
    public long ramBytesUsed() {
        long each = RamUsageEstimator.NUM_BYTES_OBJECT_REF
                + RamUsageEstimator.NUM_BYTES_ARRAY_HEADER
                + (long) field.getVectorDimension() * Float.BYTES;
        return SHALLOW_SIZE + documents.ramBytesUsed() + vectors.size() * each;
    }
}
