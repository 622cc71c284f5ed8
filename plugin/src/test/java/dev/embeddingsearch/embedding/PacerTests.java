/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.EmbeddingModel.Limits;
import org.opensearch.test.OpenSearchTestCase;

public class PacerTests extends OpenSearchTestCase {

    private static final long SECOND = 1_000_000_000L;

    private final long start = randomLong();
    private final Pacer pacer = new Pacer(start);

    public void testUnlimitedNeverWaits() {
        for (int i = 0; i < 100; i++) {
            assertEquals(0, pacer.delay(start, limits(0, 0)));
            pacer.spend(start, limits(0, 0), Integer.MAX_VALUE);
        }
    }

    public void testFewerThanOneRequestASecondGoOneByOne() {
        Limits limits = limits(30, 0);
        assertEquals(0, pacer.delay(start, limits));
        pacer.spend(start, limits, 1);
        assertEquals(2 * SECOND, pacer.delay(start, limits));
        assertEquals(SECOND, pacer.delay(start + SECOND, limits));
        assertEquals(0, pacer.delay(start + 2 * SECOND, limits));
    }

    public void testOneSecondOfRequestsMayGoAtOnce() {
        Limits limits = limits(600, 0);
        for (int i = 0; i < 10; i++) {
            assertEquals(0, pacer.delay(start, limits));
            pacer.spend(start, limits, 1);
        }
        assertEquals(SECOND / 10, pacer.delay(start, limits));
    }

    public void testLargeCallIsPaidForByTheWaitAfterIt() {
        Limits limits = limits(0, 60_000);
        assertEquals(0, pacer.delay(start, limits));
        pacer.spend(start, limits, 30_000);
        long wait = pacer.delay(start, limits);
        assertTrue("about 29 seconds, got " + wait, wait > 28 * SECOND && wait <= 30 * SECOND);
        assertEquals(0, pacer.delay(start + wait, limits));
    }

    public void testNeverMoreThanTheRate() {
        int rate = randomIntBetween(1, 5000);
        Limits limits = limits(rate, 0);
        long now = start;
        int minutes = 5;
        int sent = 0;
        while (now - start < 60 * SECOND * minutes) {
            long wait = pacer.delay(now, limits);
            if (wait == 0) {
                pacer.spend(now, limits, 1);
                sent++;
            }
            now += Math.max(wait, randomBoolean() ? 0 : SECOND / 1000);
        }
        assertTrue(sent + " at a rate of " + rate, sent <= rate * (minutes + 1.0 / 60) + 1);
        assertTrue(sent + " at a rate of " + rate, sent >= Math.floor(rate * minutes * 0.95));
    }

    public void testHold() {
        pacer.hold(start + 5 * SECOND);
        pacer.hold(start + 3 * SECOND);
        assertEquals(5 * SECOND, pacer.delay(start, limits(0, 0)));
        assertEquals(0, pacer.delay(start + 5 * SECOND, limits(0, 0)));
    }

    private static Limits limits(int requests, int tokens) {
        return TestLimits.of("requests_per_minute", requests, "tokens_per_minute", tokens);
    }
}
