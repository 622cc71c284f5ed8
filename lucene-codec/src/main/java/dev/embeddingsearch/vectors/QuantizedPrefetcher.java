/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import java.io.IOException;
import org.apache.lucene.codecs.lucene95.HasIndexSlice;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.store.MemorySegmentAccessInput;
import org.apache.lucene.store.RandomAccessInput;

/**
 * Loads quantized vectors from a memory-mapped file into the processor's cache, a batch at a time. The vectors of a
 * batch are scattered over the file: scored one after the other, each waits for memory; read in a loop without
 * dependencies, many loads are in flight at once.
 */
final class QuantizedPrefetcher {

    /** Bytes in a cache line of common processors. */
    private static final int CACHE_LINE = 64;

    /** After so many consecutive lines the hardware prefetcher has recognized the sequence. */
    private static final int MAX_LINES = 8;

    /** Lucene stores three floats and an int of corrections after each quantized vector. */
    private static final int CORRECTION_BYTES = 3 * Float.BYTES + Integer.BYTES;

    private final RandomAccessInput file;
    private final int bytesPerVector;
    /** Sum of the bytes read, so that the compiler does not remove the reads. */
    private volatile int sum;

    private QuantizedPrefetcher(RandomAccessInput file, int bytesPerVector) {
        this.file = file;
        this.bytesPerVector = bytesPerVector;
    }

    /** A prefetcher for {@code values}; null if they are not quantized, or not in a memory-mapped file. */
    static QuantizedPrefetcher of(KnnVectorValues values) {
        return QuantizedScorer.quantized(values)
                        && ((HasIndexSlice) values).getSlice() instanceof MemorySegmentAccessInput file
                ? new QuantizedPrefetcher((RandomAccessInput) file, values.getVectorByteLength() + CORRECTION_BYTES)
                : null;
    }

    /** Loads the vectors of the first {@code count} ordinals. */
    void prefetch(int[] ordinals, int count) throws IOException {
        int read = sum;
        for (int i = 0; i < count; i++) {
            long start = (long) ordinals[i] * bytesPerVector;
            long end = start + Math.min(bytesPerVector, MAX_LINES * CACHE_LINE);
            for (long position = start; position < end; position += CACHE_LINE) {
                read += file.readByte(position);
            }
        }
        sum = read;
    }
}
