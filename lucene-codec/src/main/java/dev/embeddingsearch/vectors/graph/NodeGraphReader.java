/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import dev.embeddingsearch.vectors.flat.VisibleVectors;
import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.hnsw.HnswGraphProvider;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * Reads vectors of a segment and their graph, in which each distinct vector is one node.
 *
 * <p>{@link #getGraph} returns a graph only if node numbers are ordinals of vectors, as Lucene expects; {@link
 * #nodeGraph} always returns the graph.
 */
public abstract class NodeGraphReader extends KnnVectorsReader implements HnswGraphProvider {

    /** The reader of {@code field} inside the vectors reader of a segment; null if another format wrote the field. */
    public static NodeGraphReader of(KnnVectorsReader reader, String field) {
        KnnVectorsReader fieldReader = reader instanceof PerFieldKnnVectorsFormat.FieldsReader perField
                ? perField.getFieldReader(field)
                : reader;
        return fieldReader instanceof NodeGraphReader nodeReader ? nodeReader : null;
    }

    /**
     * The reader of {@code field} in a segment; null if another format wrote the field, or if {@code reader} hides it
     * (see {@link VisibleVectors}).
     */
    public static NodeGraphReader of(LeafReader reader, String field) {
        return VisibleVectors.exist(reader, field) && FilterLeafReader.unwrap(reader) instanceof CodecReader codecReader
                ? of(codecReader.getVectorReader(), field)
                : null;
    }

    /** Scores the quantized vectors of {@code field}, by ordinal; null if the vectors are not quantized. */
    public abstract RandomVectorScorer estimator(String field, float[] target) throws IOException;

    /** The vectors of the nodes of {@link #nodeGraph}; null if each node is a vector, by its ordinal. */
    public abstract GraphNodes nodes(String field) throws IOException;

    /** The graph whose nodes are {@link #nodes}; empty if the segment has no graph. */
    public abstract HnswGraph nodeGraph(String field) throws IOException;

    /** A reader of the same vectors without their graphs, for a merge that must not start from them. */
    public abstract NodeGraphReader withoutGraphs();
}
