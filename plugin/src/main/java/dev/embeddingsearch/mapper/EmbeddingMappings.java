/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import static java.util.stream.Collectors.toUnmodifiableMap;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexAbstraction;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.MappingMetadata;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.cache.Cache;
import org.opensearch.common.cache.CacheBuilder;

/** The {@code embedding} fields of the cluster's indices, by index; each version of a mapping is parsed once. */
public final class EmbeddingMappings {

    private static final long MAX_CACHED_MAPPINGS = 1000;

    private final ClusterService clusterService;
    private final Cache<Version, Map<String, MappedEmbedding>> cache =
            CacheBuilder.<Version, Map<String, MappedEmbedding>>builder()
                    .setMaximumWeight(MAX_CACHED_MAPPINGS)
                    .build();

    public EmbeddingMappings(ClusterService clusterService) {
        this.clusterService = clusterService;
    }

    private record Version(String indexUuid, long mapping) {}

    /**
     * The {@code embedding} fields, by path, of an index or of the index that an alias or data stream writes to; none if
     * there is no such index.
     */
    public Map<String, MappedEmbedding> of(String name) {
        IndexAbstraction found =
                clusterService.state().metadata().getIndicesLookup().get(name);
        IndexMetadata index = found == null ? null : found.getWriteIndex();
        return index == null ? Map.of() : of(index);
    }

    /**
     * As {@link #of(String)}, but of the templates of an index about to be created where there is none of that name: the
     * fields that a document written to {@code name} will meet.
     */
    public Map<String, MappedEmbedding> writtenTo(String name) {
        ClusterState state = clusterService.state();
        return state.metadata().getIndicesLookup().containsKey(name)
                ? of(name)
                : byPath(MappedEmbedding.in(TemplateMappings.of(state, name)));
    }

    private static Map<String, MappedEmbedding> byPath(List<MappedEmbedding> fields) {
        return fields.stream().collect(toUnmodifiableMap(MappedEmbedding::path, field -> field));
    }

    private Map<String, MappedEmbedding> of(IndexMetadata index) {
        MappingMetadata mapping = index.mapping();
        if (mapping == null) {
            return Map.of();
        }
        try {
            return cache.computeIfAbsent(
                    new Version(index.getIndexUUID(), index.getMappingVersion()),
                    version -> byPath(MappedEmbedding.in(mapping.sourceAsMap())));
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot read the mapping of [" + index.getIndex() + "]", e.getCause());
        }
    }
}
