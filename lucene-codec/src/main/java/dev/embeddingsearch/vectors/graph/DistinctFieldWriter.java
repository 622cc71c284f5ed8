/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import dev.embeddingsearch.vectors.flat.BufferedFieldWriter;
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
 * Collects the vectors of a field while documents are added. All vectors are written, but {@link
 * org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsWriter} sees only the first of equal vectors, so that its graph
 * has one node for each distinct vector.
 */
final class DistinctFieldWriter extends FlatFieldVectorsWriter<float[]> {
    private static final long SHALLOW_SIZE = RamUsageEstimator.shallowSizeOfInstance(DistinctFieldWriter.class);

    private final FieldInfo field;
    private final FlatFieldVectorsWriter<float[]> all;
    private final GraphOptions graph;
    /** The distinct vectors. */
    private final List<float[]> vectors = new ArrayList<>();
    /** The documents of the distinct vectors. */
    private final DocsWithFieldSet documents = new DocsWithFieldSet();

    private final VectorHashTable table = new VectorHashTable(0);
    /** For each vector, in the order of documents, the index of the first vector that equals it. */
    private int[] representatives = new int[0];

    private int count;

    DistinctFieldWriter(FieldInfo field, FlatFieldVectorsWriter<float[]> all, GraphOptions graph) {
        this.field = field;
        this.all = all;
        this.graph = graph;
    }

    /**
     * The writer to which documents are added: it passes each distinct vector to {@code graphWriter}.
     *
     * @param graphWriter adds vectors to the graph, and then to this field
     */
    KnnFieldVectorsWriter<float[]> before(KnnFieldVectorsWriter<float[]> graphWriter) {
        return new DuplicateFilter(graphWriter);
    }

    private final class DuplicateFilter extends KnnFieldVectorsWriter<float[]> {
        private final KnnFieldVectorsWriter<float[]> graphWriter;
        private int lastDocument = -1;

        DuplicateFilter(KnnFieldVectorsWriter<float[]> graphWriter) {
            this.graphWriter = graphWriter;
        }

        @Override
        public void addValue(int docId, float[] vector) throws IOException {
            if (docId == lastDocument) {
                throw BufferedFieldWriter.duplicateValue(field);
            }
            int earlier = table.putIfAbsent(vector, count);
            if (earlier >= 0
                    && earlier < count
                    && Arrays.equals(all.getVectors().get(earlier), vector)) {
                all.addValue(docId, vector);
                addRepresentative(representatives[earlier]);
            } else {
                graphWriter.addValue(docId, vector);
            }
            lastDocument = docId;
        }

        @Override
        public float[] copyValue(float[] vector) {
            return graphWriter.copyValue(vector);
        }

        @Override
        public long ramBytesUsed() {
            return graphWriter.ramBytesUsed();
        }
    }

    /** Adds a vector that differs from all earlier ones. */
    @Override
    public void addValue(int docId, float[] vector) throws IOException {
        all.addValue(docId, vector);
        vectors.add(all.getVectors().getLast());
        documents.add(docId);
        addRepresentative(count);
    }

    private void addRepresentative(int representative) {
        representatives = ArrayUtil.grow(representatives, count + 1);
        representatives[count++] = representative;
    }

    FieldInfo field() {
        return field;
    }

    /** Whether the segment gets a graph with fewer nodes than vectors. */
    boolean hasDuplicates() {
        return vectors.size() < count && graph.buildsGraph(count);
    }

    /** For each vector of the segment, by ordinal, the ordinal of the equal vector that is a node. */
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

    /** Lucene takes the number of nodes from this set, and the ordinals of nodes in a sorted segment. */
    @Override
    public DocsWithFieldSet getDocsWithFieldSet() {
        return hasDuplicates() ? documents : all.getDocsWithFieldSet();
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
                + table.ramBytesUsed()
                + documents.ramBytesUsed()
                + RamUsageEstimator.sizeOf(representatives)
                + (long) vectors.size() * RamUsageEstimator.NUM_BYTES_OBJECT_REF;
    }
}
