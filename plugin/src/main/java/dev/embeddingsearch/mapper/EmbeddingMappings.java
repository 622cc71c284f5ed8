/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import static java.util.stream.Collectors.toUnmodifiableMap;

import java.util.List;
import java.util.Map;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexAbstraction;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.MappingMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.service.ClusterService;

/** The {@code embedding} fields of the cluster's indices; each version of a mapping is parsed once. */
public final class EmbeddingMappings {

    private final ClusterService clusterService;
    private final PerIndex<Parsed> mappings = new PerIndex<>(Parsed::of);

    /**
     * The fields of one version of a mapping.
     *
     * @param fields by path
     * @param aliases the target of each field alias
     */
    private record Parsed(Map<String, MappedEmbedding> fields, Map<String, String> aliases) {

        static final Parsed NOTHING = new Parsed(Map.of(), Map.of());

        static Parsed of(IndexMetadata index) {
            MappingMetadata mapping = index.mapping();
            if (mapping == null) {
                return NOTHING;
            }
            Map<String, Object> source = mapping.sourceAsMap();
            Map<String, MappedEmbedding> fields = byPath(MappedEmbedding.in(source));
            return new Parsed(fields, fields.isEmpty() ? Map.of() : MappedEmbedding.aliasesIn(source));
        }
    }

    public EmbeddingMappings(ClusterService clusterService) {
        this.clusterService = clusterService;
    }

    /**
     * The {@code embedding} fields, by path, of an index or of the index that an alias or data stream writes to; none if
     * there is no such index.
     */
    public Map<String, MappedEmbedding> of(String name) {
        return parsed(name).fields();
    }

    /** The {@code embedding} field at {@code path}, or at the target of the field alias {@code path}; null if there is none. */
    public MappedEmbedding field(String name, String path) {
        Parsed mapping = parsed(name);
        return mapping.fields().get(mapping.aliases().getOrDefault(path, path));
    }

    private Parsed parsed(String name) {
        Metadata metadata = clusterService.state().metadata();
        IndexAbstraction found = metadata.getIndicesLookup().get(name);
        IndexMetadata index = found == null ? null : found.getWriteIndex();
        return index == null ? Parsed.NOTHING : mappings.of(index, metadata);
    }

    /**
     * The {@code embedding} fields that a document written to {@code name} will have. If there is no such index, they are those
     * of the templates of the index that the write creates; otherwise as {@link #of(String)}.
     */
    public Map<String, MappedEmbedding> writtenTo(String name) {
        ClusterState state = clusterService.state();
        return state.metadata().getIndicesLookup().containsKey(name)
                ? of(name)
                : byPath(MappedEmbedding.in(TemplateMappings.of(state, name)));
    }

    private static Map<String, MappedEmbedding> byPath(List<MappedEmbedding> fields) {
        // Templates may have one path in two notations.
        return fields.stream().collect(toUnmodifiableMap(MappedEmbedding::path, field -> field, (one, other) -> other));
    }
}
