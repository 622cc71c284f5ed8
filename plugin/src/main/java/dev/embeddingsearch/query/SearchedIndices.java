/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.opensearch.transport.RemoteClusterAware.REMOTE_CLUSTER_INDEX_SEPARATOR;

import java.util.Arrays;
import java.util.Optional;
import org.opensearch.action.IndicesRequest;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.index.query.QueryCoordinatorContext;
import org.opensearch.index.query.QueryRewriteContext;

/** Which indices a query is about. */
public final class SearchedIndices {

    private final ClusterService clusterService;
    private final IndexNameExpressionResolver resolver;

    public SearchedIndices(ClusterService clusterService, IndexNameExpressionResolver resolver) {
        this.clusterService = clusterService;
        this.resolver = resolver;
    }

    /** All indices of this cluster. */
    String[] all() {
        return clusterService.state().metadata().getConcreteAllIndices();
    }

    /**
     * The local indices of a request, or empty where it does not tell: to explain or validate a query comes without them,
     * and of other clusters' indices the mappings are not known here.
     */
    Optional<String[]> named(QueryRewriteContext context) {
        QueryCoordinatorContext coordinator = context.convertToCoordinatorContext();
        IndicesRequest request = coordinator == null ? null : coordinator.getSearchRequest();
        if (request == null) {
            return Optional.empty();
        }
        String[] local = localNames(request);
        if (local.length == request.indices().length) {
            return Optional.of(resolver.concreteIndexNames(clusterService.state(), request));
        }
        return local.length == 0
                ? Optional.empty()
                : Optional.of(resolver.concreteIndexNames(
                        clusterService.state(), request.indicesOptions(), request.includeDataStreams(), local));
    }

    /** The names without a cluster in front; a date math name has its colons inside angle brackets. */
    private static String[] localNames(IndicesRequest request) {
        return Arrays.stream(request.indices())
                .filter(name -> name.startsWith("<") || name.indexOf(REMOTE_CLUSTER_INDEX_SEPARATOR) < 0)
                .toArray(String[]::new);
    }
}
