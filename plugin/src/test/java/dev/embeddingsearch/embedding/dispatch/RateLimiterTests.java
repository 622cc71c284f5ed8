/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.http.RateLimitHeaders;
import dev.embeddingsearch.model.EmbeddingModel.Limits;
import org.opensearch.test.OpenSearchTestCase;

public class RateLimiterTests extends OpenSearchTestCase {

    private static final long SECOND = 1_000_000_000L;

    private final long start = randomLong();
    private final RateLimiter rateLimiter = new RateLimiter(start);

    public void testUnlimitedNeverWaits() {
        for (int i = 0; i < 100; i++) {
            assertEquals(0, rateLimiter.delay(start, limits(0, 0), 1));
            rateLimiter.spend(start, limits(0, 0), Integer.MAX_VALUE);
        }
    }

    public void testFewerThanOneRequestASecondGoOneByOne() {
        Limits limits = limits(30, 0);
        assertEquals(0, rateLimiter.delay(start, limits, 1));
        rateLimiter.spend(start, limits, 1);
        assertEquals(2 * SECOND, rateLimiter.delay(start, limits, 1));
        assertEquals(SECOND, rateLimiter.delay(start + SECOND, limits, 1));
        assertEquals(0, rateLimiter.delay(start + 2 * SECOND, limits, 1));
    }

    public void testOneSecondOfRequestsMayGoAtOnce() {
        Limits limits = limits(600, 0);
        for (int i = 0; i < 10; i++) {
            assertEquals(0, rateLimiter.delay(start, limits, 1));
            rateLimiter.spend(start, limits, 1);
        }
        assertEquals(SECOND / 10, rateLimiter.delay(start, limits, 1));
    }

    public void testLargeCallIsPaidForByTheWaitAfterIt() {
        Limits limits = limits(0, 60_000);
        assertEquals(0, rateLimiter.delay(start, limits, 1));
        rateLimiter.spend(start, limits, 30_000);
        long wait = rateLimiter.delay(start, limits, 1);
        assertTrue("about 29 seconds, got " + wait, wait > 28 * SECOND && wait <= 30 * SECOND);
        assertEquals(0, rateLimiter.delay(start + wait, limits, 1));
    }

    public void testNeverMoreThanTheRate() {
        int rate = randomIntBetween(1, 5000);
        Limits limits = limits(rate, 0);
        long now = start;
        int minutes = 5;
        int sent = 0;
        while (now - start < 60 * SECOND * minutes) {
            long wait = rateLimiter.delay(now, limits, 1);
            if (wait == 0) {
                rateLimiter.spend(now, limits, 1);
                sent++;
            }
            now += Math.max(wait, randomBoolean() ? 0 : SECOND / 1000);
        }
        assertTrue(sent + " at a rate of " + rate, sent <= rate * (minutes + 1.0 / 60) + 1);
        assertTrue(sent + " at a rate of " + rate, sent >= Math.floor(rate * minutes * 0.95));
    }

    public void testHold() {
        rateLimiter.hold(start + 5 * SECOND);
        rateLimiter.hold(start + 3 * SECOND);
        assertEquals(5 * SECOND, rateLimiter.delay(start, limits(0, 0), 1));
        assertEquals(0, rateLimiter.delay(start + 5 * SECOND, limits(0, 0), 1));
    }

    public void testHoldsWhereNothingIsLeftUntilTheReset() {
        Limits limits = limits(0, 0);
        observe(new RateLimitHeaders.Left(2, 3 * SECOND), RateLimitHeaders.Left.UNKNOWN, 0, 0);
        rateLimiter.spend(start, limits, 1);
        assertEquals(0, rateLimiter.delay(start + SECOND, limits, 1));
        rateLimiter.spend(start + SECOND, limits, 1);
        assertEquals(2 * SECOND, rateLimiter.delay(start + SECOND, limits, 1));
        assertEquals(0, rateLimiter.delay(start + 3 * SECOND, limits, 1));
    }

    public void testHoldsWhereTheNextCallNeedsMoreTokensThanAreLeft() {
        Limits limits = limits(0, 0);
        observe(RateLimitHeaders.Left.UNKNOWN, new RateLimitHeaders.Left(1000, SECOND), 0, 0);
        assertEquals(0, rateLimiter.delay(start, limits, 1000));
        assertEquals(SECOND, rateLimiter.delay(start, limits, 1001));
        observe(RateLimitHeaders.Left.UNKNOWN, new RateLimitHeaders.Left(2000, SECOND), 0, 0);
        assertEquals("the newer word counts", 0, rateLimiter.delay(start, limits, 1001));
        observe(RateLimitHeaders.Left.UNKNOWN, RateLimitHeaders.Left.UNKNOWN, 0, 0);
        assertEquals("no word changes nothing", SECOND, rateLimiter.delay(start, limits, 2001));
    }

    public void testCallsUnderWayAreTakenOff() {
        Limits limits = limits(0, 0);
        observe(new RateLimitHeaders.Left(3, SECOND), new RateLimitHeaders.Left(1000, SECOND), 2, 400);
        assertEquals(0, rateLimiter.delay(start, limits, 600));
        assertEquals(SECOND, rateLimiter.delay(start, limits, 601));
        observe(new RateLimitHeaders.Left(3, SECOND), new RateLimitHeaders.Left(1000, SECOND), 3, 0);
        assertEquals(SECOND, rateLimiter.delay(start, limits, 1));
    }

    private void observe(
            RateLimitHeaders.Left requests, RateLimitHeaders.Left tokens, int otherCalls, long otherTokens) {
        rateLimiter.observe(
                start, new RateLimitHeaders(requests, tokens, RateLimitHeaders.UNKNOWN), otherCalls, otherTokens);
    }

    private static Limits limits(int requests, int tokens) {
        return TestLimits.of("requests_per_minute", requests, "tokens_per_minute", tokens);
    }
}
