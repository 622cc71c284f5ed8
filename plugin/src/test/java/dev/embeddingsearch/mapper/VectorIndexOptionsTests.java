/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.Map;
import org.opensearch.test.OpenSearchTestCase;

public class VectorIndexOptionsTests extends OpenSearchTestCase {

    public void testDefaults() {
        assertEquals(new VectorIndexOptions("hnsw", 16, 100), VectorIndexOptions.DEFAULT);
        assertEquals(VectorIndexOptions.DEFAULT, VectorIndexOptions.parse(Map.of()));
        assertEquals(new VectorIndexOptions("flat", 16, 100), VectorIndexOptions.parse(Map.of("type", "flat")));
    }

    public void testLargeMRaisesTheDefaultOfEfConstruction() {
        assertEquals(new VectorIndexOptions("hnsw", 200, 200), VectorIndexOptions.parse(Map.of("m", 200)));
    }

    public void testNumbersMayBeStrings() {
        assertEquals(
                new VectorIndexOptions("hnsw", 8, 64),
                VectorIndexOptions.parse(Map.of("m", "8", "ef_construction", "64")));
    }

    public void testBounds() {
        VectorIndexOptions.parse(Map.of("m", 2, "ef_construction", 2));
        VectorIndexOptions.parse(Map.of("m", 512, "ef_construction", 3200));
        assertRefused("[index_options.m] expects 2 to 512, got [1]", Map.of("m", 1));
        assertRefused("[index_options.m] expects 2 to 512, got [513]", Map.of("m", 513));
        assertRefused(
                "[index_options.ef_construction] expects m [16] to 3200, got [15]", Map.of("ef_construction", 15));
        assertRefused(
                "[index_options.ef_construction] expects m [16] to 3200, got [3201]", Map.of("ef_construction", 3201));
    }

    public void testOtherValues() {
        assertRefused("[index_options.type] expects [hnsw] or [flat], got [ivf]", Map.of("type", "ivf"));
        assertRefused("[index_options] expects [type], [m] and [ef_construction], got [ef]", Map.of("ef", 1));
        assertRefused("[index_options] expects an object, got [hnsw]", "hnsw");
    }

    private static void assertRefused(String message, Object value) {
        Exception e = expectThrows(IllegalArgumentException.class, () -> VectorIndexOptions.parse(value));
        assertEquals(message, e.getMessage());
    }
}
