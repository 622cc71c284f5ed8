/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.util.Map;
import java.util.concurrent.Executor;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;

/**
 * Presents the {@link BufferedVectors} of one field as the only source segment of a merge, so that a flush can write
 * them with the code of merges.
 */
final class BufferedVectorsReader extends KnnVectorsReader {
    private final BufferedVectors vectors;

    private BufferedVectorsReader(BufferedVectors vectors) {
        this.vectors = vectors;
    }

    /** A merge of {@code vectors} alone, which keeps all document numbers. */
    static MergeState merge(SegmentWriteState state, FieldInfo field, BufferedVectors vectors, Executor helpers) {
        return MergeStates.of(state, field, new BufferedVectorsReader(vectors), helpers);
    }

    /** New values for each call: a merge iterates several times, and may hold two vectors at once. */
    @Override
    public FloatVectorValues getFloatVectorValues(String field) {
        return vectors.copy();
    }

    @Override
    public ByteVectorValues getByteVectorValues(String field) {
        throw onlyMerges();
    }

    @Override
    public void search(String field, float[] target, KnnCollector collector, AcceptDocs acceptDocs) {
        throw onlyMerges();
    }

    @Override
    public void search(String field, byte[] target, KnnCollector collector, AcceptDocs acceptDocs) {
        throw onlyMerges();
    }

    @Override
    public Map<String, Long> getOffHeapByteSize(FieldInfo field) {
        return Map.of();
    }

    @Override
    public void checkIntegrity() {}

    @Override
    public void close() {}

    private static UnsupportedOperationException onlyMerges() {
        return new UnsupportedOperationException("buffered vectors are there to be merged only");
    }
}
