/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.estimate;

import dev.embeddingsearch.vectors.EmbeddingVectorsFormat;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import dev.embeddingsearch.vectors.graph.GraphOptions;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;

/**
 * The layout of a field's vectors on disk.
 *
 * @param dimensions 1 to {@value EmbeddingVectorsFormat#MAX_DIMENSIONS}
 * @param precision of the exact vectors; {@link VectorPrecision#FLOAT16} only beside quantized vectors
 * @param graph whether segments that are large enough have a graph
 * @param m maximum number of neighbors of a node in the graph, 2 to 512; unused without a graph
 * @param efConstruction length of the candidate list while a node is inserted, {@code m} to 3,200; unused without a
 *     graph
 */
public record VectorsLayout(
        int dimensions,
        Quantization quantization,
        VectorPrecision precision,
        boolean graph,
        int m,
        int efConstruction) {

    public VectorsLayout {
        if (precision == VectorPrecision.FLOAT16 && quantization == Quantization.NONE) {
            throw new IllegalArgumentException(
                    "[storage] [" + precision + "] expects quantized vectors, got [quantization] [" + quantization
                            + "]: name one of [int8, int4, binary], or leave [storage] out");
        }
        check("dimensions", dimensions, 1, EmbeddingVectorsFormat.MAX_DIMENSIONS);
        check("m", m, 2, Lucene99HnswVectorsFormat.MAXIMUM_MAX_CONN);
        check("ef_construction", efConstruction, m, Lucene99HnswVectorsFormat.MAXIMUM_BEAM_WIDTH);
    }

    /** Bytes of an exact vector. */
    int vectorBytes() {
        return dimensions * precision.bytesPerDimension();
    }

    static void check(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "[" + name + "] expects " + min + " to " + max + ", got [" + value + "]");
        }
    }

    /** Bytes of a quantized vector; 0 if vectors are not quantized. */
    int quantizedBytes() {
        return quantization == Quantization.NONE ? 0 : quantization.quantizedBytes(dimensions);
    }

    /** Bytes of a vector that a search reads to score it: the quantized vector if there is one. */
    int comparedBytes() {
        return quantization == Quantization.NONE ? vectorBytes() : quantizedBytes();
    }

    /** Whether a segment of so many vectors has a graph. */
    boolean hasGraph(double vectors) {
        int k = quantization == Quantization.NONE
                ? Lucene99HnswVectorsFormat.HNSW_GRAPH_THRESHOLD
                : QuantizedVectorsFormat.graphThreshold(quantization, dimensions);
        return graph && GraphOptions.exceedsThreshold(vectors, k);
    }
}
