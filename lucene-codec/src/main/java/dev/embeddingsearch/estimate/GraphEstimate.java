/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.estimate;

/**
 * How large the graph of a segment will be.
 *
 * <p>A node's neighbours are written as the gaps between their sorted numbers, four to a byte of lengths, each in as many
 * bytes as it needs. Gaps of d neighbours among n nodes are about exponentially distributed with the mean n / d, so that a
 * gap needs more than b bytes with the probability <code>exp(-256^b * d / n)</code>. One node in m stands on the next
 * level too. Where each node's neighbours begin takes two bytes more.
 *
 * <p>How many neighbours a node gets is a matter of the vectors: <code>2m</code> on the lowest level where they lie at
 * random; fewer where they lie in clusters, as those of texts do, since only neighbours in different directions are kept,
 * and then larger m add little. The formula, <code>2m / (1 + (2m / 34)^1.5)^(2/3)</code>, lies between what was measured
 * with real vectors of texts (7, 12, 16, 18 and 22 for m of 4, 8, 16, 32 and 64) and with made-up clusters (15, 24 and 36
 * for 8, 16 and 32).
 */
final class GraphEstimate {
    private static final double MOST_IN_CLUSTERS = 34;
    private static final double BEND = 1.5;

    private static final int BYTES_OF_COUNT = 1;
    private static final double BYTES_OF_LENGTHS = .25;
    private static final double BYTES_OF_OFFSET = 2;

    private GraphEstimate() {}

    /** The bytes for each of so many vectors of a segment. */
    static double bytesPerVector(double vectors, int m) {
        double neighbours = neighbours(m);
        double above = 1.0 / (m - 1); // 1/m + 1/m^2 + ...
        return node(neighbours, vectors) + above * node(Math.min(m, neighbours), vectors);
    }

    /** On the lowest level. */
    static double neighbours(int m) {
        double most = 2.0 * m;
        return most / Math.pow(1 + Math.pow(most / MOST_IN_CLUSTERS, BEND), 1 / BEND);
    }

    private static double node(double neighbours, double vectors) {
        return BYTES_OF_OFFSET + BYTES_OF_COUNT + neighbours * (BYTES_OF_LENGTHS + gapBytes(vectors / neighbours));
    }

    private static double gapBytes(double meanGap) {
        double bytes = 1;
        for (int longer = 1; longer < Integer.BYTES; longer++) {
            bytes += Math.exp(-Math.pow(256, longer) / meanGap);
        }
        return bytes;
    }
}
