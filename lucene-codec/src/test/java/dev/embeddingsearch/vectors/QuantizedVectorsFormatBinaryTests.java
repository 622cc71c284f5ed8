/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

/** Lucene's suite for vectors formats, for {@link Quantization#BINARY}. */
public class QuantizedVectorsFormatBinaryTests extends QuantizedVectorsSuite {
    public QuantizedVectorsFormatBinaryTests() {
        super(Quantization.BINARY);
    }
}
