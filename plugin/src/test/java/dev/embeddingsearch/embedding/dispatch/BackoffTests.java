/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import org.opensearch.test.OpenSearchTestCase;

public class BackoffTests extends OpenSearchTestCase {

    public void testBoundDoublesUpToTheLast() {
        Backoff most = new Backoff(() -> 1);
        assertEquals(500, most.millis(1, 0));
        assertEquals(1000, most.millis(2, 0));
        assertEquals(16_000, most.millis(6, 0));
        assertEquals(30_000, most.millis(7, 0));
        assertEquals(30_000, most.millis(100, 0));
    }

    public void testFullJitter() {
        assertEquals(0, new Backoff(() -> 0).millis(5, 0));
        assertEquals(4000, new Backoff(() -> .5).millis(5, 0));
    }

    public void testNeverSoonerThanAsked() {
        assertEquals(7000, new Backoff(() -> 0).millis(1, 7000));
        assertEquals(7500, new Backoff(() -> 1).millis(1, 7000));
    }
}
