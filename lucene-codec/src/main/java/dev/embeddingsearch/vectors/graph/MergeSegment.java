/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.index.DocIDMerger;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.packed.PackedInts;
import org.apache.lucene.util.packed.PackedLongValues;

/**
 * One field of one source segment of a merge. While a {@link DocIDMerger} iterates over the live documents, {@link
 * #addMerged} records the ordinal of each vector in the merged segment beside its ordinal in this one.
 */
final class MergeSegment extends DocIDMerger.Sub {
    private final int index;
    private final KnnVectorsReader reader;
    private final FloatVectorValues vectors;
    /** The same vectors with a buffer of their own, so that two of them can be compared. */
    private final FloatVectorValues comparedVectors;

    private final DocIndexIterator documents;
    private PackedLongValues.Builder mergedBuilder = PackedLongValues.monotonicBuilder(PackedInts.COMPACT);
    private PackedLongValues.Builder ordinalBuilder = PackedLongValues.monotonicBuilder(PackedInts.COMPACT);
    private PackedLongValues mergedOrdinals;
    private PackedLongValues ordinals;
    private int count;
    private HnswGraph reusedGraph = HnswGraph.EMPTY;

    /** @param index of the segment in the arrays of {@code state} */
    MergeSegment(int index, KnnVectorsReader reader, String field, MergeState state) throws IOException {
        super(state.docMaps[index]);
        this.index = index;
        this.reader = reader;
        this.vectors = reader.getFloatVectorValues(field);
        this.comparedVectors = reader.getFloatVectorValues(field);
        this.documents = vectors.iterator();
    }

    int index() {
        return index;
    }

    KnnVectorsReader reader() {
        return reader;
    }

    /** All vectors of the segment, those of deleted documents included. */
    int size() {
        return vectors.size();
    }

    @Override
    public int nextDoc() throws IOException {
        return documents.nextDoc();
    }

    /** The vector of the current document. */
    float[] currentVector() throws IOException {
        return vectors.vectorValue(documents.index());
    }

    /** Records that the vector of the current document has {@code mergedOrdinal} in the merged segment. */
    void addMerged(int mergedOrdinal) {
        mergedBuilder.add(mergedOrdinal);
        ordinalBuilder.add(documents.index());
        count++;
    }

    /** Ends the recording; the methods below need it. */
    void finishMapping() {
        mergedOrdinals = mergedBuilder.build();
        ordinals = ordinalBuilder.build();
        mergedBuilder = null;
        ordinalBuilder = null;
    }

    /** How many vectors of this segment are merged: those of live documents. */
    int mergedCount() {
        return count;
    }

    /** The ordinal in the merged segment of the {@code i}-th merged vector. */
    int mergedOrdinal(int i) {
        return (int) mergedOrdinals.get(i);
    }

    /** The ordinal in this segment of the {@code i}-th merged vector. */
    int ordinal(int i) {
        return (int) ordinals.get(i);
    }

    /** The {@code i}-th merged vector; overwritten by the next call. */
    float[] vector(int i) throws IOException {
        return vectors.vectorValue(ordinal(i));
    }

    /**
     * The vector with this ordinal in the merged segment, in another buffer than {@link #vector}; null if it comes from
     * another segment.
     */
    float[] findMerged(int mergedOrdinal) throws IOException {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int found = mergedOrdinal(middle);
            if (found == mergedOrdinal) {
                return comparedVectors.vectorValue(ordinal(middle));
            }
            if (found < mergedOrdinal) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return null;
    }

    /** The graph of this segment that the merge starts from; empty if there is none. */
    HnswGraph reusedGraph() {
        return reusedGraph;
    }

    void reuseGraph(HnswGraph graph) {
        reusedGraph = graph;
    }
}
