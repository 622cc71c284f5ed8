/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.Metadata;

/** Something that follows from an index's mapping and settings, found out once for each version of these. */
public final class PerIndex<T> {

    private final Function<IndexMetadata, T> derive;
    private final Map<String, Known<T>> known = new ConcurrentHashMap<>();

    private record Known<T>(long mapping, long settings, T value) {

        boolean isOf(IndexMetadata index) {
            return mapping == index.getMappingVersion() && settings == index.getSettingsVersion();
        }
    }

    public PerIndex(Function<IndexMetadata, T> derive) {
        this.derive = derive;
    }

    /**
     * The value of one index.
     *
     * @param metadata all indices: what is known of many that are gone is forgotten
     */
    public T of(IndexMetadata index, Metadata metadata) {
        if (known.size() > 2 * metadata.indices().size() + 100) {
            known.clear();
        }
        return known.compute(
                        index.getIndexUUID(),
                        (uuid, last) -> last != null && last.isOf(index)
                                ? last
                                : new Known<>(
                                        index.getMappingVersion(), index.getSettingsVersion(), derive.apply(index)))
                .value();
    }
}
