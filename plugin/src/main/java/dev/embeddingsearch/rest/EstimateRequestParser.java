/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.estimate.VectorsEstimate;
import dev.embeddingsearch.estimate.VectorsLayout;
import dev.embeddingsearch.mapper.VectorIndexOptions;
import dev.embeddingsearch.mapper.VectorSimilarity;
import dev.embeddingsearch.vectors.Quantization;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.core.xcontent.XContentParser.Token;

/** Parses the body of an estimate request. */
final class EstimateRequestParser {

    private static final List<String> KEYS = List.of(
            "documents",
            "dimensions",
            "type",
            "m",
            "ef_construction",
            "quantization",
            "storage",
            "similarity",
            "segments",
            "replicas");

    private final Map<String, Object> given;

    private EstimateRequestParser(Map<String, Object> given) {
        this.given = given;
    }

    /**
     * Parses the next object of {@code parser}.
     *
     * @throws IllegalArgumentException if it is not an estimate request
     */
    static EstimateRequest parse(XContentParser parser) throws IOException {
        if (parser.nextToken() != Token.START_OBJECT) {
            throw new IllegalArgumentException(
                    "expected a body like {\"documents\": 1000000, \"dimensions\": 1536}, got"
                            + " something else than an object");
        }
        return new EstimateRequestParser(parser.map()).request();
    }

    private EstimateRequest request() {
        for (String key : given.keySet()) {
            if (!KEYS.contains(key)) {
                throw new IllegalArgumentException("unknown key [" + key + "]: expected are " + KEYS);
            }
        }
        long documents = number("documents", 1, VectorsEstimate.MAX_DOCUMENTS);
        VectorSimilarity.of(text("similarity", VectorSimilarity.COSINE.toString())); // all of them need the same space
        return new EstimateRequest(
                layout(),
                documents,
                given.containsKey("segments") ? number("segments", 1, documents) : 1,
                given.containsKey("replicas") ? (int) number("replicas", 0, EstimateRequest.MAX_REPLICAS) : 1);
    }

    private VectorsLayout layout() {
        int dimensions = (int) number("dimensions", 1, EmbedRequest.MAX_DIMENSIONS);
        String type = text("type", VectorIndexOptions.HNSW);
        if (!VectorIndexOptions.HNSW.equals(type) && !VectorIndexOptions.FLAT.equals(type)) {
            throw new IllegalArgumentException("[type] expects [hnsw] or [flat], got [" + type + "]");
        }
        Quantization asked =
                VectorIndexOptions.quantization("quantization", text("quantization", VectorIndexOptions.AUTO));
        int m = given.containsKey("m")
                ? (int) number("m", 2, VectorIndexOptions.MAX_M)
                : VectorIndexOptions.DEFAULT.m();
        int efConstruction = given.containsKey("ef_construction")
                ? (int) number("ef_construction", m, VectorIndexOptions.MAX_EF_CONSTRUCTION)
                : Math.max(m, VectorIndexOptions.DEFAULT.efConstruction());
        return new VectorsLayout(
                dimensions,
                VectorIndexOptions.quantization(type, asked, dimensions),
                VectorIndexOptions.storage(
                        "storage",
                        text("storage", VectorIndexOptions.DEFAULT.storage().toString())),
                VectorIndexOptions.HNSW.equals(type),
                m,
                efConstruction);
    }

    private String text(String key, String absent) {
        Object value = given.getOrDefault(key, absent);
        if (value instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("[" + key + "] expects a text, got [" + value + "]");
    }

    private long number(String key, long min, long max) {
        if (!given.containsKey(key)) {
            throw new IllegalArgumentException("[" + key + "] is missing: it expects " + min + " to " + max);
        }
        if (given.get(key) instanceof Number number) {
            double value = number.doubleValue(); // exact for all allowed values
            if (value >= min && value <= max && value == Math.rint(value)) {
                return (long) value;
            }
        }
        throw new IllegalArgumentException(
                "[" + key + "] expects a whole number from " + min + " to " + max + ", got [" + given.get(key) + "]");
    }
}
