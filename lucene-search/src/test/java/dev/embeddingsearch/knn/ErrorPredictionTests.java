/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import org.apache.lucene.tests.util.LuceneTestCase;

/** Predictions of exact scores from estimates. */
public class ErrorPredictionTests extends LuceneTestCase {

    private static final int MANY = 20_000;

    /** Estimates of documents that are all about as near as each other: the error takes back what the estimate says. */
    private static ErrorPrediction ofUselessEstimates(double exact, double spread, double noise) {
        QuantizationError errors = new QuantizationError();
        for (int i = 0; i < MANY; i++) {
            errors.add(exact + noise * random().nextGaussian(), exact + spread * random().nextGaussian());
        }
        return errors.prediction();
    }

    public void testFewErrorsPredictNothing() {
        QuantizationError errors = new QuantizationError();
        for (int i = 0; i < QuantizationError.ENOUGH; i++) {
            assertFalse(errors.prediction().isKnown());
            errors.add(0.5, 0.5);
            errors.add(0.5, 0.6 + i / 100.0);
        }
        assertTrue(errors.prediction().isKnown());
    }

    public void testErrorsThatDoNotDependOnTheEstimate() {
        QuantizationError errors = new QuantizationError();
        for (int i = 0; i < MANY; i++) {
            double estimate = random().nextDouble();
            errors.add(estimate, estimate + 0.1 + 0.02 * random().nextGaussian());
        }
        ErrorPrediction prediction = errors.prediction();
        assertEquals(0.1, prediction.intercept() + prediction.slope() * 0.5, 0.002);
        assertEquals(0, prediction.slope(), 0.005);
        assertEquals(0.02, prediction.deviation(), 0.001);
        assertEquals(0.5, prediction.probability(0.3, 0.4), 0.05);
        assertEquals(0.158655, prediction.probability(0.3, 0.42), 0.03);
        assertEquals(0.841345, prediction.probability(0.3, 0.38), 0.03);
    }

    public void testTheHighestEstimatesOfEquallyNearDocumentsAreTooHigh() {
        ErrorPrediction prediction = ofUselessEstimates(0.7, 0.01, 0.05);
        assertEquals(-1, prediction.slope(), 0.01);
        assertEquals(0.5, prediction.probability(0.8, 0.7), 0.05);
        assertEquals(0.5, prediction.probability(0.6, 0.7), 0.05);
        assertTrue(prediction.probability(0.8, 0.75) < 1e-4);
    }

    public void testProbabilitiesOfTheNormalDistribution() {
        ErrorPrediction prediction = new ErrorPrediction(0, 0, 1);
        assertEquals(0.5, prediction.probability(0, 0), 2e-5);
        assertEquals(0.158655, prediction.probability(0, 1), 2e-5);
        assertEquals(0.022750, prediction.probability(0, 2), 2e-5);
        assertEquals(0.977250, prediction.probability(2, 0), 2e-5);
        assertEquals(0.001350, prediction.probability(0, 3), 2e-5);
        assertEquals(0, prediction.probability(0, 7), 0);
        assertEquals(1, prediction.probability(7, 0), 0);
    }

    public void testErrorsThatAreAlwaysTheSame() {
        ErrorPrediction prediction = new ErrorPrediction(0.1, 0, 0);
        assertEquals(0, prediction.probability(0.5, 0.61), 0);
        assertEquals(1, prediction.probability(0.5, 0.59), 0);
    }
}
