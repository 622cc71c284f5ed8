/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.util.HashMap;
import java.util.Map;
import org.opensearch.test.OpenSearchTestCase;

public class VectorIndexOptionsTests extends OpenSearchTestCase {

    public void testDefaults() {
        assertEquals(
                new VectorIndexOptions("hnsw", 16, 100, null, VectorPrecision.FLOAT32), VectorIndexOptions.DEFAULT);
        assertEquals(VectorIndexOptions.DEFAULT, VectorIndexOptions.parse(Map.of()));
        assertEquals(
                new VectorIndexOptions("flat", 16, 100, null, VectorPrecision.FLOAT32),
                VectorIndexOptions.parse(Map.of("type", "flat")));
    }

    public void testLargeMRaisesTheDefaultOfEfConstruction() {
        assertEquals(
                new VectorIndexOptions("hnsw", 200, 200, null, VectorPrecision.FLOAT32),
                VectorIndexOptions.parse(Map.of("m", 200)));
    }

    public void testNumbersMayBeStrings() {
        assertEquals(
                new VectorIndexOptions("hnsw", 8, 64, null, VectorPrecision.FLOAT32),
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
        assertRefused(
                "[index_options] expects [type], [m], [ef_construction], [quantization] and [storage], got [ef]",
                Map.of("ef", 1));
        assertRefused("[index_options] expects an object, got [hnsw]", "hnsw");
    }

    private static Quantization quantization(int dimensions, Object... options) {
        Map<String, Object> given = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            given.put((String) options[i], options[i + 1]);
        }
        return VectorIndexOptions.parse(given).quantization(dimensions);
    }

    public void testBitsAreDecidedByLengthUnlessTheyAreNamed() {
        assertEquals(Quantization.BINARY, quantization(1536));
        assertEquals(Quantization.INT4, quantization(384, "quantization", "auto"));
        assertEquals(Quantization.INT8, quantization(64));
        assertEquals(Quantization.NONE, quantization(1536, "quantization", "none"));
        assertEquals(Quantization.BINARY, quantization(64, "quantization", "binary"));
        assertRefused(
                "[index_options.quantization] expects [auto] or one of [none, int8, int4, binary], got [pq]",
                Map.of("quantization", "pq"));
    }

    /** It is chosen for being exact. */
    public void testScansAreQuantizedOnlyIfAskedFor() {
        assertEquals(Quantization.NONE, quantization(1536, "type", "flat"));
        assertEquals(Quantization.INT8, quantization(1536, "type", "flat", "quantization", "int8"));
    }

    public void testExactVectorsMayBeHalvedBesideCodes() {
        assertEquals(
                new VectorIndexOptions("hnsw", 16, 100, null, VectorPrecision.FLOAT16),
                VectorIndexOptions.parse(Map.of("storage", "float16")));
        assertEquals(
                VectorIndexOptions.DEFAULT, VectorIndexOptions.parse(Map.of("storage", "float32", "type", "hnsw")));
        VectorIndexOptions.parse(Map.of("storage", "float16", "type", "flat", "quantization", "int8"));
        assertRefused(
                "[index_options.storage] expects one of [float32, float16], got [half]", Map.of("storage", "half"));
        String instead = ": name one of [int8, int4, binary], or leave [storage] out";
        assertRefused(
                "[index_options.storage] [float16] expects quantized vectors, got [index_options.quantization] [none] with"
                        + " [index_options.type] [hnsw]" + instead,
                Map.of("storage", "float16", "quantization", "none"));
        assertRefused(
                "[index_options.storage] [float16] expects quantized vectors, got [index_options.quantization] [auto] with"
                        + " [index_options.type] [flat]" + instead,
                Map.of("storage", "float16", "type", "flat"));
    }

    private static void assertRefused(String message, Object value) {
        Exception e = expectThrows(IllegalArgumentException.class, () -> VectorIndexOptions.parse(value));
        assertEquals(message, e.getMessage());
    }
}
