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

/** Reads the vectors of a segment, and their graph, in which each distinct vector is one node. */
public abstract class NodeGraphReader extends KnnVectorsReader implements HnswGraphProvider {

    /** The reader of {@code field} in a segment's vectors reader; null when another format wrote it. */
    public static NodeGraphReader of(KnnVectorsReader reader, String field) {
        KnnVectorsReader fieldReader = reader instanceof PerFieldKnnVectorsFormat.FieldsReader perField
                ? perField.getFieldReader(field)
                : reader;
        return fieldReader instanceof NodeGraphReader ours ? ours : null;
    }

    /** The reader of {@code field} in a segment; null when another format wrote it, or where the field is hidden. */
    public static NodeGraphReader of(LeafReader reader, String field) {
        return VisibleVectors.exist(reader, field) && FilterLeafReader.unwrap(reader) instanceof CodecReader codecReader
                ? of(codecReader.getVectorReader(), field)
                : null;
    }

    /** Compares the quantized vectors of {@code field} with {@code target}; null where vectors are not quantized. */
    public abstract RandomVectorScorer estimator(String field, float[] target) throws IOException;

    /** Which vectors the nodes of {@link #nodeGraph} stand for; null where each node is a vector, by its ordinal. */
    public abstract GraphNodes nodes(String field) throws IOException;

    /** The graph over {@link #nodes}; empty where there is none. */
    public abstract HnswGraph nodeGraph(String field) throws IOException;

    /** The same vectors for a merge that must not start from their graph. */
    public abstract NodeGraphReader withoutGraphs();
}
