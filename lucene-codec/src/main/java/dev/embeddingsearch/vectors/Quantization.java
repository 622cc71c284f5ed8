/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import java.util.Locale;
// ScalarEncoding is a member of the first class in Lucene 10.4, of the second from 10.5 on.
import org.apache.lucene.codecs.lucene104.Lucene104ScalarQuantizedVectorsFormat.*;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.*;

/**
 * The number of bits a dimension has in quantized vectors. Searches score quantized vectors first and compute the
 * scores of the best exactly, from the exact vectors that are stored as well.
 */
public enum Quantization {
    /** Not quantized: searches score the exact vectors. */
    NONE(null),
    /** A byte a dimension. */
    INT8(ScalarEncoding.UNSIGNED_BYTE),
    /** Half a byte a dimension. */
    INT4(ScalarEncoding.PACKED_NIBBLE),
    /** A bit a dimension; four bits in queries. */
    BINARY(ScalarEncoding.SINGLE_BIT_QUERY_NIBBLE);

    /** The fewest dimensions for which one bit each is enough. */
    private static final int MIN_BINARY_DIMENSIONS = 512;

    /** The fewest dimensions for which four bits each are enough. */
    private static final int MIN_INT4_DIMENSIONS = 256;

    private final ScalarEncoding encoding;

    Quantization(ScalarEncoding encoding) {
        this.encoding = encoding;
    }

    /**
     * The default quantization: the fewest bits that lose next to no recall after {@link #rescored rescoring}. The more
     * dimensions vectors have, the fewer bits each needs.
     */
    public static Quantization forDimensions(int dimensions) {
        if (dimensions >= MIN_BINARY_DIMENSIONS) {
            return BINARY;
        }
        return dimensions >= MIN_INT4_DIMENSIONS ? INT4 : INT8;
    }

    /**
     * The default number of candidates, the best by their estimated scores, to score exactly for a search of the
     * nearest {@code k}. Measured with the quantization that {@link #forDimensions} chooses, at least .998 of the true
     * nearest 10 are among them, and at least .987 of the nearest 100.
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

    /** Bytes of a quantized vector, with its four corrections; undefined for {@link #NONE}. */
    public int quantizedBytes(int dimensions) {
        return encoding.getDocPackedLength(dimensions) + 3 * Float.BYTES + Integer.BYTES;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
