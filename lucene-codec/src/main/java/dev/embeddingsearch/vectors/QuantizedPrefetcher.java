/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import java.io.IOException;
import org.apache.lucene.codecs.lucene104.QuantizedByteVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.store.MemorySegmentAccessInput;
import org.apache.lucene.store.RandomAccessInput;

/**
 * Where the codes of a field lie: scattered over a memory-mapped file. Compared one after the other, each waits for memory;
 * touched together beforehand, the processor fetches many at a time.
 */
final class QuantizedPrefetcher {

    /** Bytes that a processor fetches at a time. */
    private static final int LINE = 64;

    /** Behind so many lines in a row the processor fetches the next ones by itself. */
    private static final int MOST_LINES = 8;

    /** Lucene keeps three floats and an int behind each code. */
    private static final int CORRECTION_BYTES = 3 * Float.BYTES + Integer.BYTES;

    private final RandomAccessInput file;
    private final int bytes;
    /** Of what was read, so that the reads are not optimised away. */
    private volatile int sum;

    private QuantizedPrefetcher(RandomAccessInput file, int bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /** Those behind {@code values}; null where they are no codes, or not in a mapped file. */
    static QuantizedPrefetcher of(KnnVectorValues values) {
        return values instanceof QuantizedByteVectorValues codes && codes.getSlice() instanceof MemorySegmentAccessInput
                ? new QuantizedPrefetcher(
                        (RandomAccessInput) codes.getSlice(),
                        codes.getScalarEncoding().getDocPackedLength(codes.dimension()) + CORRECTION_BYTES)
                : null;
    }

    /** Has the first {@code count} of these fetched. */
    void touch(int[] ordinals, int count) throws IOException {
        int read = sum;
        for (int i = 0; i < count; i++) {
            long start = (long) ordinals[i] * bytes;
            long end = start + Math.min(bytes, MOST_LINES * LINE);
            for (long position = start; position < end; position += LINE) {
                read += file.readByte(position);
            }
        }
        sum = read;
    }
}
