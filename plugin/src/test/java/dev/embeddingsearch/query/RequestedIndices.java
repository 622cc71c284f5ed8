/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.IndicesRequest;
import org.opensearch.action.admin.indices.mapping.put.PutMappingRequest;
import org.opensearch.action.search.DeletePitRequest;
import org.opensearch.action.search.SearchContextId;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.index.IndexNotFoundException;

/** Finds out which indices a request is about. */
record RequestedIndices(
        ClusterService clusterService, IndexNameExpressionResolver resolver, NamedWriteableRegistry writeables) {

    List<String> of(ActionRequest request) {
        return switch (request) {
            case SearchRequest search
            when search.pointInTimeBuilder() != null ->
                ofPointsInTime(List.of(search.pointInTimeBuilder().getId()));
            case DeletePitRequest delete -> ofPointsInTime(delete.getPitIds());
            case PutMappingRequest mapping
            when mapping.getConcreteIndex() != null ->
                List.of(mapping.getConcreteIndex().getName());
            case IndicesRequest others -> concrete(others);
            default -> throw new AssertionError("which indices is [" + request + "] about?");
        };
    }

    private List<String> concrete(IndicesRequest request) {
        try {
            return List.of(resolver.concreteIndexNames(clusterService.state(), request));
        } catch (IndexNotFoundException e) {
            return List.of(request.indices());
        }
    }

    private List<String> ofPointsInTime(List<String> ids) {
        Set<String> indices = new TreeSet<>();
        for (String id : ids) {
            SearchContextId.decode(writeables, id)
                    .shards()
                    .keySet()
                    .forEach(shard -> indices.add(shard.getIndexName()));
        }
        return List.copyOf(indices);
    }
}
