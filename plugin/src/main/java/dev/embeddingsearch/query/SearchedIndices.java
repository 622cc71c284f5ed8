/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.opensearch.transport.RemoteClusterAware.REMOTE_CLUSTER_INDEX_SEPARATOR;

import dev.embeddingsearch.allocation.PluginNodes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.opensearch.action.IndicesRequest;
import org.opensearch.action.search.SearchContextId;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchType;
import org.opensearch.action.support.IndicesOptions;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.node.DiscoveryNodes;
import org.opensearch.cluster.routing.IndexShardRoutingTable;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.query.QueryCoordinatorContext;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.RemoteClusterAware;

/** Resolves the indices that a query is run on. */
public final class SearchedIndices {

    private final ClusterService clusterService;
    private final IndexNameExpressionResolver resolver;

    public SearchedIndices(ClusterService clusterService, IndexNameExpressionResolver resolver) {
        this.clusterService = clusterService;
        this.resolver = resolver;
    }

    /**
     * The indices of a request.
     *
     * @param local the indices of this cluster; empty where the request does not name them, as in explain and validate
     * @param remote names of indices in other clusters, by the alias of the cluster
     * @param embedsThere whether each of these clusters receives the query as it is and rewrites it itself
     */
    record Searched(
            Optional<String[]> local, Map<String, List<String>> remote, IndicesOptions options, boolean embedsThere) {

        private static final Searched UNKNOWN =
                new Searched(Optional.empty(), Map.of(), IndicesOptions.strictExpandOpen(), false);

        /** Whether one other cluster does the whole search. */
        boolean isForwarded() {
            return embedsThere
                    && remote.size() == 1
                    && local.filter(names -> names.length == 0).isPresent();
        }

        /** The same indices for a query whose vectors this cluster must all make. */
        Searched embeddedHere() {
            return new Searched(local, remote, options, false);
        }
    }

    /** All indices of this cluster. */
    String[] all() {
        return clusterService.state().metadata().getConcreteAllIndices();
    }

    Searched of(QueryRewriteContext context) {
        QueryCoordinatorContext coordinator = context.convertToCoordinatorContext();
        IndicesRequest request = coordinator == null ? null : coordinator.getSearchRequest();
        if (request == null) {
            return Searched.UNKNOWN;
        }
        Optional<SearchContextId> pointInTime = pointInTime(request, context);
        String[] names = pointInTime.map(SearchContextId::getActualIndices).orElseGet(request::indices);
        Map<String, List<String>> byCluster = byCluster(names);
        List<String> own = byCluster.remove(RemoteClusterAware.LOCAL_CLUSTER_GROUP_KEY);
        String[] local;
        if (own == null && !byCluster.isEmpty()) {
            local = new String[0];
        } else if (pointInTime.isPresent()) {
            local = own == null ? new String[0] : existing(own);
        } else {
            local = byCluster.isEmpty()
                    ? resolver.concreteIndexNames(clusterService.state(), request)
                    : resolve(request, own);
        }
        return new Searched(Optional.of(local), byCluster, request.indicesOptions(), isSentOn(request));
    }

    /** The smallest {@code index.max_result_window} of a request's local indices; no limit where it names none. */
    int resultWindow(QueryRewriteContext context) {
        QueryCoordinatorContext coordinator = context.convertToCoordinatorContext();
        IndicesRequest request = coordinator == null ? null : coordinator.getSearchRequest();
        if (request == null || (request instanceof SearchRequest search && search.pointInTimeBuilder() != null)) {
            return Integer.MAX_VALUE;
        }
        Metadata metadata = clusterService.state().metadata();
        return of(context).local().stream()
                .flatMap(Arrays::stream)
                .map(metadata::index)
                .filter(Objects::nonNull)
                .mapToInt(index -> IndexSettings.MAX_RESULT_WINDOW_SETTING.get(index.getSettings()))
                .min()
                .orElse(Integer.MAX_VALUE);
    }

    /**
     * Whether a request searches a single shard, every copy of which is on a node that can rank the legs of a query itself. A
     * scroll is none, since the shard would rank them again for each page.
     */
    boolean isOneShard(QueryRewriteContext context) {
        QueryCoordinatorContext coordinator = context.convertToCoordinatorContext();
        if (coordinator == null
                || !(coordinator.getSearchRequest() instanceof SearchRequest search)
                || search.scroll() != null
                || search.pointInTimeBuilder() != null) {
            return false;
        }
        Searched found = of(context);
        return found.remote().isEmpty()
                && found.local()
                        .filter(names -> names.length == 1)
                        .map(names -> clusterService.state().routingTable().index(names[0]))
                        .filter(index -> index.shards().size() == 1)
                        .filter(index -> ranksLegs(index.shard(0)))
                        .isPresent();
    }

    private boolean ranksLegs(IndexShardRoutingTable shard) {
        DiscoveryNodes nodes = clusterService.state().nodes();
        return shard.assignedShards().stream()
                .map(copy -> nodes.get(copy.currentNodeId()))
                .allMatch(node -> node != null && PluginNodes.isSince020(node));
    }

    private static Optional<SearchContextId> pointInTime(IndicesRequest request, QueryRewriteContext context) {
        return request instanceof SearchRequest search && search.pointInTimeBuilder() != null
                ? Optional.of(SearchContextId.decode(
                        context.getWriteableRegistry(),
                        search.pointInTimeBuilder().getId()))
                : Optional.empty();
    }

    /** A point in time may outlive an index. */
    private String[] existing(List<String> names) {
        return names.stream()
                .filter(clusterService.state().metadata()::hasConcreteIndex)
                .toArray(String[]::new);
    }

    private String[] resolve(IndicesRequest request, List<String> names) {
        return resolver.concreteIndexNames(
                clusterService.state(),
                request.indicesOptions(),
                request.includeDataStreams(),
                names.toArray(String[]::new));
    }

    /** As {@code TransportSearchAction} decides it: each cluster is sent the query, or its shards are searched from here. */
    private static boolean isSentOn(IndicesRequest request) {
        if (!(request instanceof SearchRequest search)) {
            return false;
        }
        SearchSourceBuilder source = search.source();
        boolean expandsGroups = source != null
                && source.collapse() != null
                && source.collapse().getInnerHits() != null
                && !source.collapse().getInnerHits().isEmpty();
        return search.isCcsMinimizeRoundtrips()
                && search.scroll() == null
                && search.pointInTimeBuilder() == null
                && search.searchType() != SearchType.DFS_QUERY_THEN_FETCH
                && !expandsGroups;
    }

    /** The names by the cluster in front of them; a date math name has its colons inside angle brackets. */
    private Map<String, List<String>> byCluster(String[] names) {
        boolean local = Arrays.stream(names).noneMatch(name -> name.indexOf(REMOTE_CLUSTER_INDEX_SEPARATOR) >= 0);
        if (local) {
            return new HashMap<>(names.length == 0 ? Map.of() : Map.of("", List.of(names)));
        }
        Settings settings = Settings.builder()
                .put(clusterService.getSettings())
                .put(clusterService.state().metadata().settings())
                .build();
        return new Clusters(settings).group(names);
    }

    /** Reads names as OpenSearch does. */
    private static final class Clusters extends RemoteClusterAware {

        Clusters(Settings settings) {
            super(settings);
        }

        Map<String, List<String>> group(String[] names) {
            Set<String> aliases = getEnabledRemoteClusters(settings);
            return groupClusterIndices(aliases, names, name -> false);
        }

        @Override
        protected void updateRemoteCluster(String alias, Settings changed) {}
    }
}
