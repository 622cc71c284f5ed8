/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.flat.VectorPrecision;

/**
 * Lucene's suite for vectors formats, for vectors in half precision. Its tests that compare random vectors bit by bit
 * are skipped: {@link Float16QuantizedVectorsFormatTests} does the same with rounded ones.
 */
public class Float16QuantizedVectorsFormatSuiteTests extends QuantizedVectorsSuite {
    public Float16QuantizedVectorsFormatSuiteTests() {
        super(Quantization.BINARY, VectorPrecision.FLOAT16);
    }

    private static void leaveOut() {
        assumeTrue("numbers are rounded", false);
    }

    @Override
    public void testRandom() {
        leaveOut();
    }

    @Override
    public void testRandomWithUpdatesAndGraph() {
        leaveOut();
    }

    @Override
    public void testSparseVectors() {
        leaveOut();
    }

    @Override
    public void testVectorValuesReportCorrectDocs() {
        leaveOut();
    }

    /** Lucene asserts of vectors compared by {@code COSINE}, which our field never uses, that they are of length 1. */
    @Override
    public void testFloatVectorScorerIteration() {
        leaveOut();
    }
}
