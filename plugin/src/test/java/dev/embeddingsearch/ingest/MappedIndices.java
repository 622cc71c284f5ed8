/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.mapper.EmbeddingMappings;
import org.opensearch.Version;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Settings;
import org.opensearch.test.ClusterServiceUtils;
import org.opensearch.threadpool.ThreadPool;

/** A cluster state of one index with a mapping. */
final class MappedIndices implements AutoCloseable {

    private final ClusterService clusterService;

    MappedIndices(ThreadPool threadPool, String index, String mapping) throws Exception {
        this.clusterService = ClusterServiceUtils.createClusterService(threadPool);
        IndexMetadata metadata = IndexMetadata.builder(index)
                .settings(Settings.builder().put(IndexMetadata.SETTING_VERSION_CREATED, Version.CURRENT))
                .numberOfShards(1)
                .numberOfReplicas(0)
                .putMapping(mapping)
                .build();
        ClusterServiceUtils.setState(
                clusterService,
                ClusterState.builder(clusterService.state())
                        .metadata(Metadata.builder().put(metadata, false))
                        .build());
    }

    EmbeddingMappings mappings() {
        return new EmbeddingMappings(clusterService);
    }

    @Override
    public void close() {
        clusterService.close();
    }
}
