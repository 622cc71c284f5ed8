/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

/** Lucene's suite for vectors formats, for {@link Quantization#INT8}. */
public class QuantizedVectorsFormatInt8Tests extends QuantizedVectorsSuite {
    public QuantizedVectorsFormatInt8Tests() {
        super(Quantization.INT8);
    }
}
