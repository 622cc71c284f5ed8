/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import java.time.Instant;
import okhttp3.Headers;
import org.opensearch.test.OpenSearchTestCase;

public class RetryAfterTests extends OpenSearchTestCase {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    public void testForms() {
        assertEquals(3000, millis("Retry-After", "3"));
        assertEquals(500, millis("retry-after", " 0.5 "));
        assertEquals(20, millis("retry-after-ms", "20"));
        assertEquals(20, millis("retry-after-ms", "20", "Retry-After", "3"));
        assertEquals(3000, millis("retry-after-ms", "soon", "Retry-After", "3"));
        assertEquals(90_000, millis("Retry-After", "Thu, 01 Jan 2026 00:01:30 GMT"));
    }

    public void testNothingUseful() {
        assertEquals(0, millis());
        assertEquals(0, millis("Retry-After", "soon"));
        assertEquals(0, millis("Retry-After", "-5"));
        assertEquals(0, millis("Retry-After", "NaN"));
        assertEquals("a date gone by", 0, millis("Retry-After", "Wed, 31 Dec 2025 00:00:00 GMT"));
    }

    private static long millis(String... headers) {
        return RetryAfter.millis(Headers.of(headers), NOW);
    }
}
