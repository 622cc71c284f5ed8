/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

/** Lucene's suite for vectors formats, for {@link Quantization#INT4}. */
public class QuantizedVectorsFormatInt4Tests extends QuantizedVectorsSuite {
    public QuantizedVectorsFormatInt4Tests() {
        super(Quantization.INT4);
    }
}
