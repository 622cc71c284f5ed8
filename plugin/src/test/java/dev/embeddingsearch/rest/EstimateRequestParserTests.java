/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.estimate.VectorsLayout;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.util.Locale;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

public class EstimateRequestParserTests extends OpenSearchTestCase {

    private EstimateRequest parse(String json) throws Exception {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, json)) {
            return EstimateRequestParser.parse(parser);
        }
    }

    private EstimateRequest with(String key, Object value) throws Exception {
        return parse(String.format(Locale.ROOT, "{\"documents\":9,\"dimensions\":256,\"%s\":%s}", key, value));
    }

    private void assertRefused(String message, String json) {
        assertEquals(
                message,
                expectThrows(IllegalArgumentException.class, () -> parse(json)).getMessage());
    }

    private void assertRefused(String message, String key, Object value) {
        assertEquals(
                message,
                expectThrows(IllegalArgumentException.class, () -> with(key, value))
                        .getMessage());
    }

    public void testDefaultsAreThoseOfAMapping() throws Exception {
        EstimateRequest request = parse("{\"documents\":1000,\"dimensions\":1536}");
        assertEquals(
                new VectorsLayout(1536, Quantization.BINARY, VectorPrecision.FLOAT32, true, 16, 100), request.layout());
        assertEquals(1000, request.documents());
        assertEquals(1, request.segments());
        assertEquals("as a new index has", 1, request.replicas());
    }

    public void testEverythingCanBeSaid() throws Exception {
        EstimateRequest request = parse("{\"documents\":2e6,\"dimensions\":1536,\"type\":\"hnsw\",\"m\":32,"
                + "\"ef_construction\":200,\"quantization\":\"int4\",\"storage\":\"float16\",\"similarity\":\"l2_norm\",\"segments\":5,"
                + "\"replicas\":0}");
        assertEquals(
                new VectorsLayout(1536, Quantization.INT4, VectorPrecision.FLOAT16, true, 32, 200), request.layout());
        assertEquals(2_000_000, request.documents());
        assertEquals(5, request.segments());
        assertEquals(0, request.replicas());
    }

    public void testQuantizationIsDecidedAsForAField() throws Exception {
        assertEquals(
                Quantization.INT4, with("quantization", "\"auto\"").layout().quantization());
        VectorsLayout flat = with("type", "\"flat\"").layout();
        assertEquals(Quantization.NONE, flat.quantization());
        assertFalse(flat.graph());
        assertEquals("candidates are m at least", 300, with("m", 300).layout().efConstruction());
    }

    public void testWhatIsMissing() {
        assertRefused("[documents] is missing: it expects 1 to 100000000000", "{\"dimensions\":8}");
        assertRefused("[dimensions] is missing: it expects 1 to 16384", "{\"documents\":8}");
    }

    public void testNumbersThatAreNone() {
        String expects = "[m] expects a whole number from 2 to 512, got ";
        assertRefused(expects + "[1]", "m", 1);
        assertRefused(expects + "[513]", "m", 513);
        assertRefused(expects + "[2.5]", "m", 2.5);
        assertRefused(expects + "[16]", "m", "\"16\"");
        assertRefused(expects + "[null]", "m", null);
        assertRefused(expects + "[99999999999999999999]", "m", "99999999999999999999");
        assertRefused("[segments] expects a whole number from 1 to 9, got [10]", "segments", 10);
        assertRefused("[replicas] expects a whole number from 0 to 100, got [-1]", "replicas", -1);
        assertRefused("[ef_construction] expects a whole number from 16 to 3200, got [15]", "ef_construction", 15);
        assertRefused(
                "[dimensions] expects a whole number from 1 to 16384, got [0]", "{\"documents\":1,\"dimensions\":0}");
        assertRefused(
                "[documents] expects a whole number from 1 to 100000000000, got [-5]",
                "{\"documents\":-5,\"dimensions\":8}");
    }

    public void testNamesThatAreNone() {
        assertRefused("[type] expects [hnsw] or [flat], got [ivf]", "type", "\"ivf\"");
        assertRefused(
                "[quantization] expects [auto] or one of [none, int8, int4, binary], got [int2]",
                "quantization",
                "\"int2\"");
        assertRefused("[quantization] expects a text, got [8]", "quantization", 8);
        assertRefused("[storage] expects one of [float32, float16], got [bf16]", "storage", "\"bf16\"");
        assertRefused(
                "[storage] [float16] expects quantized vectors, got [quantization] [none]: name one of [int8, int4, binary],"
                        + " or leave [storage] out",
                "{\"documents\":1,\"dimensions\":8,\"quantization\":\"none\",\"storage\":\"float16\"}");
        assertRefused(
                "[similarity] expects one of [cosine, dot_product, max_inner_product, l2_norm], got [near]",
                "similarity",
                "\"near\"");
        assertRefused(
                "unknown key [shards]: expected are [documents, dimensions, type, m, ef_construction, quantization,"
                        + " storage, similarity, segments, replicas]",
                "shards",
                3);
    }

    public void testBodyThatIsNoObject() {
        assertRefused(
                "expected a body like {\"documents\": 1000000, \"dimensions\": 1536}, got something else than an object",
                "[1]");
    }
}
