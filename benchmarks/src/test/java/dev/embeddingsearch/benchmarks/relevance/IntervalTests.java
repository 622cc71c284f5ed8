/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.Random;
import org.junit.Test;

public class IntervalTests {

    @Test
    public void testWidthIsThatOfTheNormalApproximation() {
        double[] values = new Random(7).doubles(1000).toArray();
        Interval interval = Interval.of(values);
        assertEquals(0.5, interval.mean(), 0.03);
        // A uniform value's deviation is 1 / sqrt(12), its mean's over 1,000 values 0.0091, times 1.96 to each side.
        assertEquals(0.0179, interval.mean() - interval.low(), 0.002);
        assertEquals(0.0179, interval.high() - interval.mean(), 0.002);
        assertEquals(interval, Interval.of(values));
    }

    @Test
    public void testDifferenceIsTakenQueryByQuery() {
        double[] theirs = {0, 0.5, 0.25, 0.75};
        double[] ours = {0.125, 0.625, 0.375, 0.875};
        assertEquals(new Interval(0.125, 0.125, 0.125), Interval.ofDifference(ours, theirs));
        assertTrue(Interval.of(ours).low() < Interval.of(ours).high());
    }

    @Test
    public void testPrint() {
        assertEquals("0.500 (0.250-0.750)", new Interval(0.5, 0.25, 0.75).print());
        assertEquals("-0.010 (-0.020 to +0.005)", new Interval(-0.01, -0.02, 0.005).printSigned());
    }
}
