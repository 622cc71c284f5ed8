/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.estimate;

/**
 * An estimate of what the vectors of an index need, computed from their layout: bytes of the exact vectors
 * (<code>.vec</code>), of the quantized vectors (<code>.veq</code>) and of the graphs (<code>.vex</code>), and CPU time
 * to build them.
 *
 * <p>Leaves out what does not grow with the number of vectors: headers and centroids, a few kilobytes a segment.
 *
 * @param quantizedBytes 0 if vectors are not quantized
 * @param graphBytes 0 if segments have no graph
 * @param buildSeconds CPU seconds of indexing and of the merges down to the requested number of segments
 */
public record VectorsEstimate(long vectorBytes, long quantizedBytes, long graphBytes, double buildSeconds) {

    /** The most documents to estimate for; no sum of bytes overflows with them. */
    public static final long MAX_DOCUMENTS = 100_000_000_000L;

    /**
     * Estimates for {@code documents} vectors in {@code segments} segments of equal size.
     *
     * @param documents 1 to {@link #MAX_DOCUMENTS}
     * @param segments 1 to {@code documents}
     * @throws IllegalArgumentException if one of them is out of range
     */
    public static VectorsEstimate of(VectorsLayout layout, long documents, long segments) {
        VectorsLayout.check("documents", documents, 1, MAX_DOCUMENTS);
        VectorsLayout.check("segments", segments, 1, documents);
        double vectorsPerSegment = (double) documents / segments;
        boolean graph = layout.hasGraph(vectorsPerSegment);
        return new VectorsEstimate(
                documents * layout.vectorBytes(),
                documents * layout.quantizedBytes(),
                graph ? Math.round(documents * GraphEstimate.bytesPerVector(vectorsPerSegment, layout.m())) : 0,
                documents
                        * (graph
                                ? BuildEstimate.secondsWithGraph(layout, vectorsPerSegment)
                                : BuildEstimate.secondsWithoutGraph(layout)));
    }

    /** Bytes of all files. */
    public long diskBytes() {
        return vectorBytes + quantizedBytes + graphBytes;
    }

    /**
     * Bytes that searches access at random besides the graph: the quantized vectors, or the exact ones if there are
     * none.
     */
    public long comparedBytes() {
        return quantizedBytes > 0 ? quantizedBytes : vectorBytes;
    }

    /** Bytes that should fit in the page cache for fast searches. */
    public long memoryBytes() {
        return comparedBytes() + graphBytes;
    }
}
