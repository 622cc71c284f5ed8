/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.estimate;

import dev.embeddingsearch.vectors.EmbeddingVectorsFormat;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import dev.embeddingsearch.vectors.graph.GraphOptions;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;

/**
 * How the vectors of a field are written.
 *
 * @param storage of the exact vectors; {@link VectorPrecision#FLOAT16} only beside codes
 * @param graph whether segments that are large enough have a graph
 * @param m neighbours of a node in the graph, 2 to 512; of no effect without one
 * @param efConstruction candidates looked at while a node is added, {@code m} to 3,200; of no effect without a graph
 */
public record VectorsLayout(
        int dimensions, Quantization quantization, VectorPrecision storage, boolean graph, int m, int efConstruction) {

    public VectorsLayout {
        if (storage == VectorPrecision.FLOAT16 && quantization == Quantization.NONE) {
            throw new IllegalArgumentException(
                    "[storage] [" + storage + "] expects vectors with codes, got [quantization] [" + quantization
                            + "]: name one of [int8, int4, binary], or leave [storage] out");
        }
        check("dimensions", dimensions, 1, EmbeddingVectorsFormat.MAX_DIMENSIONS);
        check("m", m, 2, Lucene99HnswVectorsFormat.MAXIMUM_MAX_CONN);
        check("ef_construction", efConstruction, m, Lucene99HnswVectorsFormat.MAXIMUM_BEAM_WIDTH);
    }

    /** The bytes of an exact vector. */
    int vectorBytes() {
        return dimensions * storage.bytes();
    }

    static void check(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "[" + name + "] expects " + min + " to " + max + ", got [" + value + "]");
        }
    }

    /** The bytes of a vector's code; 0 where there are none. */
    int codeBytes() {
        return quantization == Quantization.NONE ? 0 : quantization.codeBytes(dimensions);
    }

    /** The bytes of a vector that are compared first. */
    int comparedBytes() {
        return quantization == Quantization.NONE ? vectorBytes() : codeBytes();
    }

    /** Whether a segment of so many vectors has a graph. */
    boolean hasGraph(double vectors) {
        int k = quantization == Quantization.NONE
                ? Lucene99HnswVectorsFormat.HNSW_GRAPH_THRESHOLD
                : QuantizedVectorsFormat.graphThreshold(quantization, dimensions);
        return graph && GraphOptions.worthwhile(vectors, k);
    }
}
