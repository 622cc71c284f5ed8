/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.lucene;

/**
 * Lucene's suite for vectors formats, for vectors in half precision. Tests of it that compare random numbers bit by bit
 * are left out: {@link HalfQuantizedVectorsFormatTests} does the same with rounded ones.
 */
public class HalfQuantizedVectorsFormatSuiteTests extends QuantizedVectorsSuite {
    public HalfQuantizedVectorsFormatSuiteTests() {
        super(Quantization.BINARY, Storage.FLOAT16);
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
}
