/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import dev.embeddingsearch.vectors.flat.BufferedField;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatFieldVectorsWriter;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.RamUsageEstimator;

/**
 * A field's vectors while documents are added, of which Lucene's writer of graphs sees each distinct one once: the first.
 */
final class DistinctField extends FlatFieldVectorsWriter<float[]> {
    private static final long SHALLOW_SIZE = RamUsageEstimator.shallowSizeOfInstance(DistinctField.class);

    private final FieldInfo field;
    private final FlatFieldVectorsWriter<float[]> all;
    private final GraphOptions graph;
    private final List<float[]> vectors = new ArrayList<>();
    private final DocsWithFieldSet documents = new DocsWithFieldSet();
    private final IdenticalVectors known = new IdenticalVectors(0);
    /** For each vector, in the order in which they came, the first with the same bits. */
    private int[] representatives = new int[0];

    private int count;

    DistinctField(FieldInfo field, FlatFieldVectorsWriter<float[]> all, GraphOptions graph) {
        this.field = field;
        this.all = all;
        this.graph = graph;
    }

    /**
     * What documents are given to.
     *
     * @param graphs adds to the graph what it passes on to this field
     */
    KnnFieldVectorsWriter<float[]> before(KnnFieldVectorsWriter<float[]> graphs) {
        return new Entrance(graphs);
    }

    private final class Entrance extends KnnFieldVectorsWriter<float[]> {
        private final KnnFieldVectorsWriter<float[]> graphs;
        private int lastDocument = -1;

        Entrance(KnnFieldVectorsWriter<float[]> graphs) {
            this.graphs = graphs;
        }

        @Override
        public void addValue(int docId, float[] vector) throws IOException {
            if (docId == lastDocument) {
                throw BufferedField.appearsTwice(field);
            }
            int earlier = known.putIfAbsent(vector, count);
            if (earlier >= 0
                    && earlier < count
                    && Arrays.equals(all.getVectors().get(earlier), vector)) {
                all.addValue(docId, vector);
                represent(representatives[earlier]);
            } else {
                graphs.addValue(docId, vector);
            }
            lastDocument = docId;
        }

        @Override
        public float[] copyValue(float[] vector) {
            return graphs.copyValue(vector);
        }

        @Override
        public long ramBytesUsed() {
            return graphs.ramBytesUsed();
        }
    }

    /** A vector that is there for the first time. */
    @Override
    public void addValue(int docId, float[] vector) throws IOException {
        all.addValue(docId, vector);
        vectors.add(all.getVectors().getLast());
        documents.add(docId);
        represent(count);
    }

    private void represent(int representative) {
        representatives = ArrayUtil.grow(representatives, count + 1);
        representatives[count++] = representative;
    }

    FieldInfo field() {
        return field;
    }

    /** Whether the graph has fewer nodes than there are vectors: there is one, and vectors are there twice. */
    boolean hasCopies() {
        return vectors.size() < count && graph.worthwhile(count);
    }

    /** For each vector of the segment, by ordinal, the one that is a node. */
    int[] representatives(Sorter.DocMap sortMap) throws IOException {
        if (sortMap == null) {
            return ArrayUtil.copyOfSubArray(representatives, 0, count);
        }
        int[] ordinals = new int[count];
        KnnVectorsWriter.mapOldOrdToNewOrd(all.getDocsWithFieldSet(), sortMap, ordinals, null, null);
        int[] sorted = new int[count];
        for (int i = 0; i < count; i++) {
            sorted[ordinals[i]] = ordinals[representatives[i]];
        }
        return sorted;
    }

    @Override
    public List<float[]> getVectors() {
        return vectors;
    }

    /** Lucene counts nodes by them. */
    @Override
    public DocsWithFieldSet getDocsWithFieldSet() {
        return hasCopies() ? documents : all.getDocsWithFieldSet();
    }

    @Override
    public float[] copyValue(float[] vector) {
        return all.copyValue(vector);
    }

    @Override
    public void finish() throws IOException {
        all.finish();
    }

    @Override
    public boolean isFinished() {
        return all.isFinished();
    }

    @Override
    public long ramBytesUsed() {
        return SHALLOW_SIZE
                + all.ramBytesUsed()
                + known.ramBytesUsed()
                + documents.ramBytesUsed()
                + RamUsageEstimator.sizeOf(representatives)
                + (long) vectors.size() * RamUsageEstimator.NUM_BYTES_OBJECT_REF;
    }
}
