/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.mapper.EmbeddingMappings;
import org.opensearch.cluster.metadata.IndexAbstraction;
import org.opensearch.cluster.service.ClusterService;

/** What the cluster knows of the names that writes use: of indices, aliases and data streams. */
public interface IndexNames {

    /** Whether documents written to {@code name} may have vectors. */
    boolean hasEmbeddings(String name);

    /** The index that {@code name} writes to, or {@code name} itself where there is none. */
    String writeIndex(String name);

    /** Those of a cluster. */
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
