/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.estimate;

/**
 * Estimates the size of the <code>.vex</code> file.
 *
 * <p>The file stores the neighbors of a node as the differences of their sorted node numbers, in group-varint encoding:
 * a byte holds the lengths of four differences, and each has as many bytes as it needs. The differences between d
 * neighbors among n nodes are about exponentially distributed with mean n / d, so one needs more than b bytes with
 * probability <code>exp(-256^b * d / n)</code>. One node in m is on the next level too. The offset of a node's
 * neighbors takes two more bytes.
 *
 * <p>The number of neighbors depends on the vectors. With random vectors it is <code>2m</code> on the lowest level. In
 * clusters, as vectors of texts are, it is smaller, because HNSW keeps only neighbors in different directions
 * (algorithm 4 in <a href="https://arxiv.org/abs/1603.09320">Malkov and Yashunin, 2016</a>), and a larger m adds
 * little. The formula <code>2m / (1 + (2m / 34)^1.5)^(2/3)</code> is between what was measured with vectors of real
 * texts (7, 12, 16, 18 and 22 for m of 4, 8, 16, 32 and 64) and with artificial clusters (15, 24 and 36 for m of 8, 16
 * and 32).
 */
final class GraphEstimate {
    /** What the number of neighbors approaches as m grows. */
    private static final double MAX_NEIGHBORS = 34;

    private static final double EXPONENT = 1.5;

    private static final int BYTES_OF_COUNT = 1;
    private static final double BYTES_OF_LENGTHS = .25;
    private static final double BYTES_OF_OFFSET = 2;

    private GraphEstimate() {}

    /** Bytes for each vector of a graph over so many vectors. */
    static double bytesPerVector(double vectors, int m) {
        double neighbors = neighbors(m);
        double upperLevels = 1.0 / (m - 1); // 1/m + 1/m^2 + ...
        return nodeBytes(neighbors, vectors) + upperLevels * nodeBytes(Math.min(m, neighbors), vectors);
    }

    /** Mean number of neighbors on the lowest level. */
    static double neighbors(int m) {
        double max = 2.0 * m;
        return max / Math.pow(1 + Math.pow(max / MAX_NEIGHBORS, EXPONENT), 1 / EXPONENT);
    }

    private static double nodeBytes(double neighbors, double vectors) {
        return BYTES_OF_OFFSET + BYTES_OF_COUNT + neighbors * (BYTES_OF_LENGTHS + gapBytes(vectors / neighbors));
    }

    private static double gapBytes(double meanGap) {
        double bytes = 1;
        for (int b = 1; b < Integer.BYTES; b++) {
            bytes += Math.exp(-Math.pow(256, b) / meanGap); // the probability of more than b bytes
        }
        return bytes;
    }
}
