/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.embedding.CacheStats;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.opensearch.action.ActionType;
import org.opensearch.action.FailedNodeException;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.nodes.TransportNodesAction;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportRequest;
import org.opensearch.transport.TransportService;

/** Collects the counters of nodes. */
public final class TransportStatsAction
        extends TransportNodesAction<StatsRequest, StatsResponse, TransportStatsAction.NodeRequest, NodeStats> {

    static final ActionType<StatsResponse> TYPE =
            new ActionType<>("cluster:monitor/embedding/stats", StatsResponse::new);

    private final NodeServices services;

    @Inject
    public TransportStatsAction(
            ThreadPool threadPool,
            ClusterService clusterService,
            TransportService transportService,
            ActionFilters actionFilters,
            NodeServices services) {
        super(
                TYPE.name(),
                threadPool,
                clusterService,
                transportService,
                actionFilters,
                StatsRequest::new,
                NodeRequest::new,
                ThreadPool.Names.MANAGEMENT,
                NodeStats.class);
        this.services = services;
    }

    /** Asks one node; there is nothing more to say. */
    static final class NodeRequest extends TransportRequest {

        NodeRequest() {}

        NodeRequest(StreamInput in) throws IOException {
            super(in);
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
        }
    }

    @Override
    protected StatsResponse newResponse(
            StatsRequest request, List<NodeStats> nodes, List<FailedNodeException> failures) {
        return new StatsResponse(clusterService.getClusterName(), nodes, failures);
    }

    @Override
    protected NodeRequest newNodeRequest(StatsRequest request) {
        return new NodeRequest();
    }

    @Override
    protected NodeStats newNodeResponse(StreamInput in) throws IOException {
        return new NodeStats(in);
    }

    @Override
    protected NodeStats nodeOperation(NodeRequest request) {
        return new NodeStats(
                clusterService.localNode(),
                services.stats().snapshot(),
                counters(services.cache().get()));
    }

    private static Map<String, Long> counters(CacheStats cache) {
        Map<String, Long> counters = new LinkedHashMap<>();
        counters.put("hits", cache.hits());
        counters.put("misses", cache.misses());
        counters.put("evictions", cache.evictions());
        counters.put("entries", cache.entries());
        counters.put("bytes", cache.bytes());
        counters.put("saved_texts", cache.savedTexts());
        counters.put("disk_hits", cache.disk().hits());
        counters.put("disk_entries", cache.disk().entries());
        counters.put("disk_bytes", cache.disk().bytes());
        counters.put("disk_index_bytes", cache.disk().indexBytes());
        counters.put("disk_corrupt", cache.disk().corrupt());
        return counters;
    }
}
