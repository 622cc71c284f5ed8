/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.estimate;

/**
 * What vectors will take, told from the formats of their files alone: bytes of the exact vectors (<code>.vec</code>), of
 * their codes (<code>.veq</code>) and of the graph (<code>.vex</code>), and CPU time to write them.
 *
 * <p>Left out is what does not grow with their number: headers and the means of vectors, a few kilobytes a segment.
 *
 * @param buildSeconds of one core: the time of indexing and of the merges to the segments that were asked for
 */
public record VectorsEstimate(long vectorBytes, long codeBytes, long graphBytes, double buildSeconds) {

    /** So few that no sum of bytes overflows. */
    public static final long MAX_DOCUMENTS = 100_000_000_000L;

    /**
     * Estimates what {@code documents} vectors take that lie in {@code segments} of equal size.
     *
     * @throws IllegalArgumentException if there are too few or too many of them
     */
    public static VectorsEstimate of(VectorsLayout layout, long documents, long segments) {
        VectorsLayout.check("documents", documents, 1, MAX_DOCUMENTS);
        VectorsLayout.check("segments", segments, 1, documents);
        double each = (double) documents / segments;
        boolean graph = layout.hasGraph(each);
        return new VectorsEstimate(
                documents * layout.vectorBytes(),
                documents * layout.codeBytes(),
                graph ? Math.round(documents * GraphEstimate.bytesPerVector(each, layout.m())) : 0,
                documents
                        * (graph
                                ? BuildEstimate.secondsWithGraph(layout, each)
                                : BuildEstimate.secondsWithoutGraph(layout)));
    }

    public long diskBytes() {
        return vectorBytes + codeBytes + graphBytes;
    }

    /** What searches jump through beside the graph: the codes, or the exact vectors where there are none. */
    public long comparedBytes() {
        return codeBytes > 0 ? codeBytes : vectorBytes;
    }

    public long memoryBytes() {
        return comparedBytes() + graphBytes;
    }
}
