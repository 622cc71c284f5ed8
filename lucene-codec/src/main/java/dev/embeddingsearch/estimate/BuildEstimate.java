/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.estimate;

/**
 * Estimates the CPU time to write vectors.
 *
 * <p>Without a graph, 0.1 µs for each dimension of a vector: each merge copies and quantizes it. With a graph, in µs
 * for each vector, <code>(200 + 0.5 * dimensions + 0.16 * compared bytes) * sqrt(ef_construction / 100) * (ln(vectors)
 * / ln(30000))^3</code>: with more vectors graph searches visit more nodes, and more merges build a graph.
 *
 * <p>The constants are fitted to twelve builds of 20,000 to 100,000 vectors with 128 to 1,536 dimensions and all
 * quantizations: one thread of a busy machine, a segment flushed for every thousand documents, then a merge to one
 * segment. The estimate of each build is right within a factor of 1.5, and about as good for 30,000 quantized vectors
 * flushed at once, without merges. Other machines differ by a factor of their own.
 */
final class BuildEstimate {
    private static final double SCANNED_MICROS_PER_DIMENSION = .1;
    private static final double GRAPH_MICROS = 200;
    private static final double GRAPH_MICROS_PER_DIMENSION = .5;
    private static final double GRAPH_MICROS_PER_BYTE = .16;
    private static final double FITTED_VECTORS = 30_000;
    private static final double FITTED_EF_CONSTRUCTION = 100;

    private BuildEstimate() {}

    /** CPU seconds for each vector of a segment without a graph. */
    static double secondsWithoutGraph(VectorsLayout layout) {
        return SCANNED_MICROS_PER_DIMENSION * layout.dimensions() / 1e6;
    }

    /** CPU seconds for each vector of a segment with a graph over so many vectors. */
    static double secondsWithGraph(VectorsLayout layout, double vectors) {
        double micros = GRAPH_MICROS
                + GRAPH_MICROS_PER_DIMENSION * layout.dimensions()
                + GRAPH_MICROS_PER_BYTE * layout.comparedBytes();
        return micros
                * Math.sqrt(layout.efConstruction() / FITTED_EF_CONSTRUCTION)
                * Math.pow(Math.log(vectors) / Math.log(FITTED_VECTORS), 3)
                / 1e6;
    }
}
