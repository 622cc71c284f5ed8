/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A map of vectors with a bound on its memory, which evicts the least recently used ones.
 *
 * <p>Not thread-safe. The arrays in it must not be changed; callers pass on copies.
 */
final class VectorCache {

    /**
     * Memory of an entry besides its values: key, map entry, array header and slot in the table, with 64-bit
     * references.
     */
    static final long ENTRY_BYTES = 160;

    private final long maxBytes;
    private final Map<VectorKey, float[]> vectors = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;
    private long evictions;

    VectorCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** The vector, or null. */
    float[] get(VectorKey key) {
        return vectors.get(key);
    }

    /** Puts a vector, unless the vector alone is larger than the bound. */
    void put(VectorKey key, float[] vector) {
        if (bytes(vector) > maxBytes) {
            return;
        }
        float[] former = vectors.put(key, vector);
        bytes += bytes(vector) - (former == null ? 0 : bytes(former));
        Iterator<float[]> eldest = vectors.values().iterator();
        while (bytes > maxBytes) {
            bytes -= bytes(eldest.next());
            eldest.remove();
            evictions++;
        }
    }

    int entries() {
        return vectors.size();
    }

    long bytes() {
        return bytes;
    }

    long evictions() {
        return evictions;
    }

    private static long bytes(float[] vector) {
        return ENTRY_BYTES + (long) Float.BYTES * vector.length;
    }
}
