/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.io.IOException;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.Sorter;

/** The buffered vectors of a field, in the order of the documents of the segment to be flushed. */
final class BufferedVectors extends FloatVectorValues {
    private final List<float[]> vectors;
    private final DocsWithFieldSet documents;
    /** The index in {@link #vectors} by ordinal; null if they are equal. */
    private final int[] indexes;

    private final float[] vector;

    private BufferedVectors(List<float[]> vectors, DocsWithFieldSet documents, int[] indexes, int dimensions) {
        this.vectors = vectors;
        this.documents = documents;
        this.indexes = indexes;
        this.vector = new float[dimensions];
    }

    /**
     * @param vectors of {@code documents}, in the order in which they were added
     * @param sortMap from old to new documents of a sorted segment; null if they keep their order
     */
    static BufferedVectors of(List<float[]> vectors, DocsWithFieldSet documents, int dimensions, Sorter.DocMap sortMap)
            throws IOException {
        if (sortMap == null) {
            return new BufferedVectors(vectors, documents, null, dimensions);
        }
        int[] indexes = new int[vectors.size()];
        DocsWithFieldSet sorted = new DocsWithFieldSet();
        KnnVectorsWriter.mapOldOrdToNewOrd(documents, sortMap, null, indexes, sorted);
        return new BufferedVectors(vectors, sorted, indexes, dimensions);
    }

    /** A copy, because Lucene's quantizer centers the vector in the array that it is given. */
    @Override
    public float[] vectorValue(int ord) {
        float[] buffered = vectors.get(indexes == null ? ord : indexes[ord]);
        System.arraycopy(buffered, 0, vector, 0, vector.length);
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

    /** Not supported: merges only iterate. */
    @Override
    public int ordToDoc(int ord) {
        throw new UnsupportedOperationException("buffered vectors are read in the order of their documents");
    }

    @Override
    public BufferedVectors copy() {
        return new BufferedVectors(vectors, documents, indexes, vector.length);
    }
}
