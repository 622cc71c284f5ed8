/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.knn.SearchScope;
import java.io.IOException;
import org.apache.lucene.index.VectorSimilarityFunction;

public class CalibrationTests extends HybridTestCase {

    public void testMeanIsThatOfAllVectorsShrunkTowardsTheBackground() throws IOException {
        index(atLeast(50));
        KnnTarget leg = leg();
        assertEquals(
                mean(leg),
                Calibration.of(leg, SearchScope.Restriction.NONE, searcher).mean(),
                1e-5);
    }

    public void testWithoutVectorsTheMeanIsTheBackground() throws IOException {
        index(atLeast(10));
        KnnTarget nowhere = new KnnTarget("nowhere", unitVector(), VectorSimilarityFunction.DOT_PRODUCT, 0.7);
        assertEquals(
                0.7,
                Calibration.of(nowhere, SearchScope.Restriction.NONE, searcher).mean(),
                1e-9);
    }

    public void testRangeIsThatOfTheDefinition() throws IOException {
        index(atLeast(50));
        KnnTarget leg = leg();
        assertEquals(
                range(leg),
                Calibration.of(leg, SearchScope.Restriction.NONE, searcher).range(),
                1e-5);
    }

    public void testWithoutVectorsTheRangeEndsAtOne() throws IOException {
        index(atLeast(10));
        KnnTarget nowhere = new KnnTarget("nowhere", unitVector(), VectorSimilarityFunction.DOT_PRODUCT, 0.7);
        assertEquals(
                0.3,
                Calibration.of(nowhere, SearchScope.Restriction.NONE, searcher).range(),
                1e-9);
    }

    public void testScatteredCosinesCountLessThanCloseOnes() throws IOException {
        index(atLeast(200));
        KnnTarget leg = new KnnTarget(VECTOR, unitVector(), VectorSimilarityFunction.DOT_PRODUCT, 0);
        Calibration few = Calibration.of(leg, SearchScope.Restriction.NONE, searcher);
        assertTrue("9 deviations of few dimensions exceed the distance to 1", few.range() > 1 - few.mean());
        assertTrue(few.normalize(1) < 1);
    }

    public void testNormalisesTheSquareOfTheDistanceFromTheMean() {
        Calibration calibration = new Calibration(VectorSimilarityFunction.DOT_PRODUCT, 0.7, 0.3);
        assertEquals(0, calibration.normalize(0.5), 0);
        assertEquals(0, calibration.normalize(0.7), 0);
        assertEquals(0.25, calibration.normalize(0.85), 1e-9);
        assertEquals(1, calibration.normalize(1), 1e-9);
        assertEquals("rounding above one", 1, calibration.normalize(1.0000001), 0);
    }

    public void testUncalibratedScoresTellAllCosinesApart() throws IOException {
        index(atLeast(50));
        KnnTarget leg = leg();
        Calibration calibration = Calibration.of(leg.uncalibrated(), SearchScope.Restriction.NONE, searcher);
        assertEquals(0, calibration.normalize(-1), 0);
        assertEquals(1, calibration.normalize(1), 0);
        for (double cosine = -1; cosine < 1; cosine += 0.001) {
            assertTrue((float) calibration.normalize(cosine) < (float) calibration.normalize(cosine + 0.001));
        }
        assertNotEquals(leg, leg.uncalibrated());
        assertNotEquals(calibration, Calibration.of(leg, SearchScope.Restriction.NONE, searcher));
    }

    public void testOtherSimilaritiesStayWithinZeroAndOne() throws IOException {
        index(atLeast(10));
        for (VectorSimilarityFunction similarity : new VectorSimilarityFunction[] {
            VectorSimilarityFunction.EUCLIDEAN, VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT
        }) {
            Calibration calibration = Calibration.of(
                    new KnnTarget(VECTOR, unitVector(), similarity, 0.7), SearchScope.Restriction.NONE, searcher);
            float[] far = unitVector();
            float[] target = unitVector();
            for (int i = 0; i < far.length; i++) {
                far[i] *= 50;
            }
            double score = calibration.normalize(similarity.compare(target, far));
            assertTrue(similarity + " gave " + score, score >= 0 && score <= 1);
        }
    }

    public void testInAHandfulOfDocumentsTheyBarelyMoveTheMean() throws IOException {
        index(3);
        KnnTarget leg = new KnnTarget(VECTOR, unitVector(), VectorSimilarityFunction.DOT_PRODUCT, 0.7);
        assertEquals(
                0.7, Calibration.of(leg, SearchScope.Restriction.NONE, searcher).mean(), 3 * 1.7 / 103);
    }
}
