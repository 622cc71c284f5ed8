/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.estimate.VectorsEstimate;
import dev.embeddingsearch.estimate.VectorsLayout;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.util.List;
import java.util.Map;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.Strings;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.test.OpenSearchTestCase;

public class EstimateResponseTests extends OpenSearchTestCase {

    private static Map<String, Object> json(EstimateResponse response) {
        return XContentHelper.convertToMap(
                JsonXContent.jsonXContent, Strings.toString(MediaTypeRegistry.JSON, response), true);
    }

    private static EstimateResponse estimate(
            Quantization quantization, VectorPrecision storage, boolean graph, int replicas) {
        VectorsLayout layout = new VectorsLayout(1_000, quantization, storage, graph, 16, 100);
        return new EstimateResponse(new EstimateRequest(layout, 10_000, 1, replicas));
    }

    private static Map<String, Object> bytes(long vectors, long codes, long graph) {
        return Map.of(
                "vectors", (int) vectors,
                "codes", (int) codes,
                "graph", (int) graph,
                "total", (int) (vectors + codes + graph));
    }

    public void testBytesOfOneCopyAndOfAll() {
        Map<String, Object> json = json(estimate(Quantization.BINARY, VectorPrecision.FLOAT32, true, 2));
        assertEquals(
                List.of("documents", "dimensions", "type", "m", "ef_construction", "quantization", "storage"),
                List.copyOf(json.keySet()).subList(0, 7));
        assertEquals("binary", json.get("quantization"));
        VectorsEstimate once = VectorsEstimate.of(
                new VectorsLayout(1_000, Quantization.BINARY, VectorPrecision.FLOAT32, true, 16, 100), 10_000, 1);
        for (int copies : List.of(1, 3)) {
            Map<?, ?> part = (Map<?, ?>) json.get(copies == 1 ? "primary" : "total");
            long codes = copies * 10_000L * (125 + 16);
            long graph = copies * once.graphBytes();
            assertEquals(bytes(copies * 40_000_000L, codes, graph), part.get("disk_bytes"));
            assertEquals(bytes(0, codes, graph), part.get("memory_bytes"));
            assertEquals("5,336 characters each", copies * 53_360_000, part.get("source_bytes"));
            assertEquals((int) Math.ceil(copies * once.buildSeconds()), part.get("build_cpu_seconds"));
        }
    }

    public void testHalvesTakeHalfTheBytesOfVectors() {
        Map<String, Object> json = json(estimate(Quantization.INT8, VectorPrecision.FLOAT16, false, 0));
        assertEquals("float16", json.get("storage"));
        Map<?, ?> primary = (Map<?, ?>) json.get("primary");
        assertEquals(bytes(20_000_000, 10_160_000, 0), primary.get("disk_bytes"));
        assertEquals("floats, as ever", 53_360_000, primary.get("source_bytes"));
    }

    public void testScanOfExactVectorsWantsThemAllInMemory() {
        Map<String, Object> json = json(estimate(Quantization.NONE, VectorPrecision.FLOAT32, false, 0));
        assertEquals("flat", json.get("type"));
        assertFalse(json.containsKey("m"));
        assertFalse(json.containsKey("ef_construction"));
        Map<?, ?> total = (Map<?, ?>) json.get("total");
        assertEquals(json.get("primary"), total);
        assertEquals(bytes(40_000_000, 0, 0), total.get("memory_bytes"));
        assertEquals(bytes(40_000_000, 0, 0), total.get("disk_bytes"));
    }

    public void testSurvivesTheWire() throws Exception {
        Quantization quantization = randomFrom(Quantization.values());
        VectorPrecision storage =
                quantization == Quantization.NONE ? VectorPrecision.FLOAT32 : randomFrom(VectorPrecision.values());
        EstimateResponse response = estimate(quantization, storage, randomBoolean(), between(0, 100));
        EstimateResponse copy = copyWriteable(response, new NamedWriteableRegistry(List.of()), EstimateResponse::new);
        assertEquals(json(response), json(copy));
    }
}
