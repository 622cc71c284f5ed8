/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

import static org.hamcrest.Matchers.lessThanOrEqualTo;

import org.opensearch.test.OpenSearchTestCase;

public class VectorCacheTests extends OpenSearchTestCase {

    private static final long SMALL = VectorCache.ENTRY_BYTES + 4 * 10;

    public void testOldestUseGoesFirst() {
        VectorCache cache = new VectorCache(3 * SMALL);
        float[] first = new float[10];
        cache.put(key(1), first);
        cache.put(key(2), new float[10]);
        cache.put(key(3), new float[10]);
        assertSame(first, cache.get(key(1)));
        cache.put(key(4), new float[10]);
        assertNull("not asked for since", cache.get(key(2)));
        assertSame(first, cache.get(key(1)));
        assertNotNull(cache.get(key(3)));
        assertNotNull(cache.get(key(4)));
        assertEquals(1, cache.evictions());
        assertEquals(3, cache.entries());
        assertEquals(3 * SMALL, cache.bytes());
    }

    public void testBoundIsKeptAndCounted() {
        long max = randomLongBetween(SMALL, 20 * SMALL);
        VectorCache cache = new VectorCache(max);
        for (int i = 0; i < 1000; i++) {
            cache.put(key(randomIntBetween(0, 50)), new float[randomIntBetween(1, 100)]);
            assertThat(cache.bytes(), lessThanOrEqualTo(max));
            long held = 0;
            for (int k = 0; k <= 50; k++) {
                float[] vector = cache.get(key(k));
                held += vector == null ? 0 : VectorCache.ENTRY_BYTES + 4L * vector.length;
            }
            assertEquals(held, cache.bytes());
        }
    }

    public void testVectorLargerThanTheBoundEvictsNothing() {
        VectorCache cache = new VectorCache(SMALL);
        cache.put(key(1), new float[10]);
        cache.put(key(2), new float[11]);
        assertNotNull(cache.get(key(1)));
        assertNull(cache.get(key(2)));
        assertEquals(0, cache.evictions());
    }

    private static VectorKey key(long n) {
        return new VectorKey(n, 0, 0, 0);
    }
}
