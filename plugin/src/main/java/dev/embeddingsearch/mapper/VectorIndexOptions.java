/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.opensearch.common.xcontent.support.XContentMapValues;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

/**
 * {@code index_options} of a mapping: how vectors are indexed.
 *
 * @param type {@code hnsw} for a graph, {@code flat} for an exact scan
 * @param m the number of connections of a node of the graph, 2 to 512; of no effect for {@code flat}
 * @param efConstruction the number of candidates when a node is added, {@code m} to 3,200; of no effect for {@code flat}
 * @param asked the quantization in the mapping; null to choose it by the number of dimensions
 * @param storage the precision of the exact vectors that are stored beside quantized ones
 */
public record VectorIndexOptions(String type, int m, int efConstruction, Quantization asked, VectorPrecision storage)
        implements ToXContentObject {

    public static final String HNSW = "hnsw";
    public static final String FLAT = "flat";
    public static final VectorIndexOptions DEFAULT =
            new VectorIndexOptions(HNSW, 16, 100, null, VectorPrecision.FLOAT32);

    public static final String AUTO = "auto";

    public static final int MAX_M = 512;
    public static final int MAX_EF_CONSTRUCTION = 3200;

    public VectorIndexOptions {
        if (!HNSW.equals(type) && !FLAT.equals(type)) {
            throw new IllegalArgumentException("[index_options.type] expects [hnsw] or [flat], got [" + type + "]");
        }
        if (m < 2 || m > MAX_M) {
            throw new IllegalArgumentException("[index_options.m] expects 2 to " + MAX_M + ", got [" + m + "]");
        }
        if (efConstruction < m || efConstruction > MAX_EF_CONSTRUCTION) {
            throw new IllegalArgumentException("[index_options.ef_construction] expects m [" + m + "] to "
                    + MAX_EF_CONSTRUCTION + ", got [" + efConstruction + "]");
        }
        boolean exactOnly = asked == Quantization.NONE || (asked == null && FLAT.equals(type));
        if (storage == VectorPrecision.FLOAT16 && exactOnly) {
            throw new IllegalArgumentException("[index_options.storage] [" + storage
                    + "] expects quantized vectors, got [index_options.quantization] ["
                    + (asked == null ? AUTO : asked) + "] with [index_options.type] [" + type
                    + "]: name one of [int8, int4, binary], or leave [storage] out");
        }
    }

    /** The quantization of vectors with {@code dimensions} dimensions; by default none for type {@code flat}, which is exact. */
    public Quantization quantization(int dimensions) {
        return quantization(type, asked, dimensions);
    }

    /** As {@link #quantization(int)}, for options outside of a mapping. */
    public static Quantization quantization(String type, Quantization asked, int dimensions) {
        if (asked != null) {
            return asked;
        }
        return FLAT.equals(type) ? Quantization.NONE : Quantization.forDimensions(dimensions);
    }

    /** Parses the object of a mapping; missing options have their defaults. */
    static VectorIndexOptions parse(Object value) {
        if (!(value instanceof Map)) {
            throw new IllegalArgumentException("[index_options] expects an object, got [" + value + "]");
        }
        Map<?, ?> given = new HashMap<>((Map<?, ?>) value);
        String type = XContentMapValues.nodeStringValue(given.remove("type"), DEFAULT.type);
        int m = XContentMapValues.nodeIntegerValue(given.remove("m"), DEFAULT.m);
        int efConstruction = XContentMapValues.nodeIntegerValue(
                given.remove("ef_construction"), Math.max(m, DEFAULT.efConstruction));
        Quantization quantization = quantization(
                "index_options.quantization", XContentMapValues.nodeStringValue(given.remove("quantization"), AUTO));
        VectorPrecision storage = storage(
                "index_options.storage",
                XContentMapValues.nodeStringValue(given.remove("storage"), DEFAULT.storage.toString()));
        if (!given.isEmpty()) {
            throw new IllegalArgumentException(
                    "[index_options] expects [type], [m], [ef_construction], [quantization] and [storage], got "
                            + given.keySet());
        }
        return new VectorIndexOptions(type, m, efConstruction, quantization, storage);
    }

    /** The value of {@code name} under {@code key}. */
    public static VectorPrecision storage(String key, String name) {
        return Arrays.stream(VectorPrecision.values())
                .filter(storage -> storage.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("[" + key + "] expects one of "
                        + Arrays.toString(VectorPrecision.values()) + ", got [" + name + "]"));
    }

    /** The quantization that {@code name} under {@code key} stands for; null for {@code auto}. */
    public static Quantization quantization(String key, String name) {
        if (AUTO.equals(name)) {
            return null;
        }
        return Arrays.stream(Quantization.values())
                .filter(quantization -> quantization.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("[" + key + "] expects [" + AUTO + "] or one of "
                        + Arrays.toString(Quantization.values()) + ", got [" + name + "]"));
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject()
                .field("type", type)
                .field("m", m)
                .field("ef_construction", efConstruction)
                .field("quantization", asked == null ? AUTO : asked.toString());
        if (storage != DEFAULT.storage) {
            builder.field("storage", storage.toString());
        }
        return builder.endObject();
    }
}
