/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.test.OpenSearchTestCase;

public class VectorSimilarityTests extends OpenSearchTestCase {

    public void testNames() {
        for (VectorSimilarity similarity : VectorSimilarity.values()) {
            assertSame(similarity, VectorSimilarity.of(similarity.toString()));
        }
        Exception e = expectThrows(IllegalArgumentException.class, () -> VectorSimilarity.of("COSINE"));
        assertEquals(
                "[similarity] expects one of [cosine, dot_product, max_inner_product, l2_norm], got [COSINE]",
                e.getMessage());
    }

    public void testFunctions() {
        assertEquals(VectorSimilarityFunction.DOT_PRODUCT, VectorSimilarity.COSINE.function());
        assertEquals(VectorSimilarityFunction.DOT_PRODUCT, VectorSimilarity.DOT_PRODUCT.function());
        assertEquals(VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT, VectorSimilarity.MAX_INNER_PRODUCT.function());
        assertEquals(VectorSimilarityFunction.EUCLIDEAN, VectorSimilarity.L2_NORM.function());
    }

    public void testCosineBringsVectorsToUnitLength() {
        float[] vector = {3, 4};
        assertArrayEquals(new float[] {.6f, .8f}, VectorSimilarity.COSINE.prepare("f", vector), 1e-7f);
        assertArrayEquals("the caller's stays", new float[] {3, 4}, vector, 0);
        for (float size : new float[] {Float.MIN_VALUE, 1e-30f, 1e-3f, 1e30f, Float.MAX_VALUE}) {
            float[] unit = VectorSimilarity.COSINE.prepare("f", new float[] {size, -size, size});
            assertEquals(1, VectorUtil.dotProduct(unit, unit), 1e-5f);
        }
    }

    /** What was brought to length 1 stays as it is, however often it is indexed again. */
    public void testCosineLeavesVectorsOfLengthOneAsTheyAre() {
        for (int round = 0; round < 100; round++) {
            float[] vector = new float[between(1, 2000)];
            for (int i = 0; i < vector.length; i++) {
                vector[i] = randomFloat() - 0.5f;
            }
            vector[0] = 1;
            float[] unit = VectorSimilarity.COSINE.prepare("f", vector);
            assertSame(unit, VectorSimilarity.COSINE.prepare("f", unit));
        }
        float[] longer = {1.00001f};
        assertEquals(1, VectorSimilarity.COSINE.prepare("f", longer)[0], 0);
    }

    public void testDotProductWantsUnitLength() {
        float[] unit = {.6f, .8f};
        assertSame(unit, VectorSimilarity.DOT_PRODUCT.prepare("f", unit));
        float[] nearly = {.6004f, .8004f};
        assertSame(nearly, VectorSimilarity.DOT_PRODUCT.prepare("f", nearly));
        Exception e = expectThrows(
                IllegalArgumentException.class, () -> VectorSimilarity.DOT_PRODUCT.prepare("f", new float[] {3, 4}));
        assertEquals(
                "field [f] with similarity [dot_product] expects vectors of length 1, got length [5.0]: normalise them or"
                        + " use similarity [cosine]",
                e.getMessage());
    }

    public void testZeroVector() {
        float[] zero = new float[3];
        for (VectorSimilarity similarity :
                new VectorSimilarity[] {VectorSimilarity.COSINE, VectorSimilarity.DOT_PRODUCT}) {
            Exception e = expectThrows(IllegalArgumentException.class, () -> similarity.prepare("f", zero));
            assertEquals(
                    "field [f] with similarity [" + similarity + "] expects a vector that is not all zeros",
                    e.getMessage());
        }
        assertSame(zero, VectorSimilarity.L2_NORM.prepare("f", zero));
        assertSame(zero, VectorSimilarity.MAX_INNER_PRODUCT.prepare("f", zero));
    }

    public void testNumbersThatAreNotFinite() {
        for (VectorSimilarity similarity : VectorSimilarity.values()) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                Exception e = expectThrows(
                        IllegalArgumentException.class, () -> similarity.prepare("f", new float[] {1, bad}));
                assertEquals("field [f] expects finite numbers, got [" + bad + "] at index [1]", e.getMessage());
            }
        }
    }
}
