/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.mapper.EmbeddingMappings;
import org.opensearch.cluster.metadata.IndexAbstraction;
import org.opensearch.cluster.service.ClusterService;

/** Resolves the names of indices, aliases and data streams in writes. */
public interface IndexNames {

    /** Whether documents written to {@code name} may have vectors. */
    boolean hasEmbeddings(String name);

    /** The index that {@code name} writes to; {@code name} itself if there is none. */
    String writeIndex(String name);

    /** Resolves names by the state of a cluster. */
    static IndexNames of(ClusterService clusterService, EmbeddingMappings mappings) {
        return new IndexNames() {
            @Override
            public boolean hasEmbeddings(String name) {
                return !mappings.of(name).isEmpty();
            }

            @Override
            public String writeIndex(String name) {
                IndexAbstraction named =
                        clusterService.state().metadata().getIndicesLookup().get(name);
                return named == null || named.getWriteIndex() == null
                        ? name
                        : named.getWriteIndex().getIndex().getName();
            }
        };
    }
}
