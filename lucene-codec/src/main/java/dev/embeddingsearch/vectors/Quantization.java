/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import java.util.Locale;
import org.apache.lucene.codecs.lucene104.Lucene104ScalarQuantizedVectorsFormat.ScalarEncoding;

/** How many bits a number of a vector has in the codes that a search looks at first; the exact vectors stay beside them. */
public enum Quantization {
    /** No codes: searches look at the exact vectors. */
    NONE(null),
    /** A byte for each number. */
    INT8(ScalarEncoding.UNSIGNED_BYTE),
    /** Half a byte for each number. */
    INT4(ScalarEncoding.PACKED_NIBBLE),
    /** A bit for each number; queries have four. */
    BINARY(ScalarEncoding.SINGLE_BIT_QUERY_NIBBLE);

    /** From so many dimensions on one bit for each is enough. */
    private static final int BINARY_FROM = 512;

    /** From so many dimensions on four bits for each are enough. */
    private static final int INT4_FROM = 256;

    private final ScalarEncoding encoding;

    Quantization(ScalarEncoding encoding) {
        this.encoding = encoding;
    }

    /** The smallest codes that lose nothing once their best are compared exactly; the longer vectors are, the smaller. */
    public static Quantization forDimensions(int dimensions) {
        if (dimensions >= BINARY_FROM) {
            return BINARY;
        }
        return dimensions >= INT4_FROM ? INT4 : INT8;
    }

    /**
     * How many of the nearest by codes are compared exactly to find the true nearest {@code k}: measured where {@link
     * #forDimensions} chooses, .998 and more of ten are among so many, and .987 and more of a hundred.
     */
    public int rescored(int k) {
        return switch (this) {
            case NONE -> k;
            case INT8, INT4 -> (int) Math.max(20, Math.ceil(1.2 * k));
            case BINARY -> (int) Math.max(50, Math.ceil(1.5 * k));
        };
    }

    ScalarEncoding encoding() {
        return encoding;
    }

    /** The bytes of a vector's code, with the four numbers that correct it; not for {@link #NONE}. */
    public int codeBytes(int dimensions) {
        return encoding.getDocPackedLength(dimensions) + 3 * Float.BYTES + Integer.BYTES;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
