/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.stats;

import java.util.List;
import java.util.stream.LongStream;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.test.OpenSearchTestCase;

public class LatenciesTests extends OpenSearchTestCase {

    private static Latencies of(LongStream millis) {
        Latencies.Recorder recorder = new Latencies.Recorder();
        millis.forEach(recorder::record);
        return recorder.latencies();
    }

    public void testSmallPercentilesAreExact() {
        Latencies latencies = of(LongStream.rangeClosed(1, 200));
        assertEquals(100, latencies.percentile(50));
        assertEquals(190, latencies.percentile(95));
        assertEquals(198, latencies.percentile(99));
        assertEquals(200, latencies.max());
        assertEquals(200, latencies.count());
    }

    public void testLargeOnesHaveTwoDigits() {
        long millis = randomLongBetween(256, Latencies.Recorder.MAX_MILLIS);
        assertNear(millis, of(LongStream.of(millis)).percentile(50));
    }

    private static void assertNear(long expected, long actual) {
        assertEquals((double) expected, (double) actual, (double) expected * .01);
    }

    public void testNoneHaveNoPercentiles() {
        assertEquals(0, of(LongStream.empty()).percentile(99));
        assertEquals(0, of(LongStream.empty()).max());
    }

    public void testEndlessAndNegativeTimesCountAsTheNearestPossible() {
        Latencies latencies = of(LongStream.of(Long.MAX_VALUE, -1));
        assertEquals(2, latencies.count());
        assertEquals(0, latencies.percentile(50));
        assertNear(Latencies.Recorder.MAX_MILLIS, latencies.percentile(100));
    }

    public void testPercentilesOfTwoNodesAreThoseOfAllCalls() {
        long[] all = random().longs(randomIntBetween(2, 500), 0, 100_000).toArray();
        int split = randomIntBetween(0, all.length);
        Latencies a = of(LongStream.of(all).limit(split));
        Latencies b = of(LongStream.of(all).skip(split));
        assertEquals(of(LongStream.of(all)), a.plus(b));
    }

    public void testSurvivesTheWire() throws Exception {
        Latencies latencies = of(random().longs(randomIntBetween(0, 500), 0, 10_000_000));
        Latencies copy = copyWriteable(latencies, new NamedWriteableRegistry(List.of()), Latencies::new);
        assertEquals(latencies, copy);
        assertEquals(latencies.percentile(95), copy.percentile(95));
        Latencies other = of(LongStream.of(Latencies.Recorder.MAX_MILLIS));
        assertEquals(latencies.plus(other), copy.plus(other));
    }
}
