/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

import static org.hamcrest.Matchers.lessThanOrEqualTo;

import java.util.HashMap;
import java.util.Map;
import org.opensearch.test.OpenSearchTestCase;

public class SegmentIndexTests extends OpenSearchTestCase {

    public void testAnswersLikeAMap() {
        SegmentIndex index = new SegmentIndex();
        Map<Long, Long> expected = new HashMap<>();
        boolean crowded = randomBoolean();
        for (int i = 0; i < 20_000; i++) {
            long name = randomIntBetween(0, 5000) * (crowded ? 4096L : 1L);
            long place = randomLongBetween(1, Long.MAX_VALUE);
            if (randomInt(3) > 0) {
                assertThat(indexed(index, name, place), lessThanOrEqualTo(16L * 128 * 128));
                expected.put(name, place);
            } else if (randomBoolean()) {
                index.drop(key(name), expected.getOrDefault(name, place));
                expected.remove(name);
            } else {
                index.drop(key(name), place); // of a place that is not there any more
            }
            assertEquals(expected.size(), index.entries());
        }
        for (long n = 0; n <= 5000; n++) {
            long name = n * (crowded ? 4096L : 1L);
            assertEquals((long) expected.getOrDefault(name, SegmentIndex.NONE), index.get(key(name)));
        }
    }

    private static long indexed(SegmentIndex index, long name, long place) {
        long announced = index.bytesWithOneMore();
        index.put(key(name), place);
        assertThat(index.bytes(), lessThanOrEqualTo(announced));
        return index.bytes();
    }

    public void testTakesAtMost48BytesAVector() {
        SegmentIndex index = new SegmentIndex();
        for (int i = 1; i <= 100_000; i++) {
            index.put(key(randomLong()), i);
            assertThat(index.bytes(), lessThanOrEqualTo(Math.max(SegmentIndex.MIN_BYTES, 48L * (i + 1))));
        }
    }

    private static VectorKey key(long n) {
        return new VectorKey(n, n + 1, n + 2, n + 3);
    }
}
