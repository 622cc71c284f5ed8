/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.estimate;

/**
 * About how much CPU time it takes to write vectors.
 *
 * <p>Without a graph, 0.1 µs for each dimension: they are copied and quantised by each merge. With one, in µs,
 * <code>(200 + 0.5 * dimensions + 0.16 * bytes compared) * sqrt(ef_construction / 100) * (ln(vectors) / ln(30000))^3</code>:
 * more vectors make longer walks, and more merges that build anew. The constants are fitted to twelve builds on one thread
 * of a busy machine, with a segment for every thousand documents and then merged to one: 20,000 to 100,000 vectors of 128 to
 * 1,536 dimensions with all quantizations. Each of them is met within a factor of 1.5; another machine adds its own.
 * With codes, 30,000 vectors that are all written in one go, without merges, are met about as well.
 */
final class BuildEstimate {
    private static final double SCANNED_MICROS_PER_DIMENSION = .1;
    private static final double GRAPH_MICROS = 200;
    private static final double GRAPH_MICROS_PER_DIMENSION = .5;
    private static final double GRAPH_MICROS_PER_BYTE = .16;
    private static final double FITTED_VECTORS = 30_000;
    private static final double FITTED_EF_CONSTRUCTION = 100;

    private BuildEstimate() {}

    /** For each vector of a segment that has no graph. */
    static double secondsWithoutGraph(VectorsLayout layout) {
        return SCANNED_MICROS_PER_DIMENSION * layout.dimensions() / 1e6;
    }

    /** For each of so many vectors of a segment that has a graph. */
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
