/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.io.IOException;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.Sorter;

/** The vectors of a field that wait on the heap for their segment to be written, in the order of its documents. */
final class BufferedVectors extends FloatVectorValues {
    private final List<float[]> vectors;
    private final DocsWithFieldSet documents;
    /** Where each vector stands in {@link #vectors}; null: in the same place. */
    private final int[] places;

    private final float[] vector;

    private BufferedVectors(List<float[]> vectors, DocsWithFieldSet documents, int[] places, int dimensions) {
        this.vectors = vectors;
        this.documents = documents;
        this.places = places;
        this.vector = new float[dimensions];
    }

    /**
     * @param vectors of {@code documents}, in the order in which they came
     * @param sortMap tells the documents' places in a sorted segment; null where they stay as they came
     */
    static BufferedVectors of(List<float[]> vectors, DocsWithFieldSet documents, int dimensions, Sorter.DocMap sortMap)
            throws IOException {
        if (sortMap == null) {
            return new BufferedVectors(vectors, documents, null, dimensions);
        }
        int[] places = new int[vectors.size()];
        DocsWithFieldSet sorted = new DocsWithFieldSet();
        KnnVectorsWriter.mapOldOrdToNewOrd(documents, sortMap, null, places, sorted);
        return new BufferedVectors(vectors, sorted, places, dimensions);
    }

    /** A copy, for those who quantise a vector subtract from the very array that they are given. */
    @Override
    public float[] vectorValue(int ord) {
        float[] kept = vectors.get(places == null ? ord : places[ord]);
        System.arraycopy(kept, 0, vector, 0, vector.length);
        return vector;
    }

    @Override
    public int dimension() {
        return vector.length;
    }

    @Override
    public int size() {
        return vectors.size();
    }

    @Override
    public DocIndexIterator iterator() {
        return fromDISI(documents.iterator());
    }

    /** Merges only go from document to document. */
    @Override
    public int ordToDoc(int ord) {
        throw new UnsupportedOperationException("buffered vectors are read in the order of their documents");
    }

    @Override
    public BufferedVectors copy() {
        return new BufferedVectors(vectors, documents, places, vector.length);
    }
}
