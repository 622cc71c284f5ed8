/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.stats.VectorMemory;
import dev.embeddingsearch.wire.WireParts;
import java.io.IOException;
import java.util.List;
import org.opensearch.action.ActionType;
import org.opensearch.action.FailedNodeException;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.nodes.TransportNodesAction;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.indices.IndicesService;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportRequest;
import org.opensearch.transport.TransportService;

/** Collects the counters of nodes. */
public final class TransportStatsAction
        extends TransportNodesAction<StatsRequest, StatsResponse, TransportStatsAction.NodeRequest, NodeStats> {

    static final ActionType<StatsResponse> TYPE =
            new ActionType<>("cluster:monitor/embedding/stats", WireParts.skippingRest(StatsResponse::new));

    private final NodeServices services;
    private final OffHeapVectors offHeap;

    @Inject
    public TransportStatsAction(
            ClusterService clusterService,
            TransportService transportService,
            ActionFilters actionFilters,
            NodeServices services,
            IndicesService indices) {
        super(
                TYPE.name(),
                transportService.getThreadPool(),
                clusterService,
                transportService,
                actionFilters,
                WireParts.skippingRest(StatsRequest::new),
                WireParts.skippingRest(NodeRequest::new),
                ThreadPool.Names.MANAGEMENT,
                NodeStats.class);
        this.services = services;
        this.offHeap = new OffHeapVectors(indices);
    }

    /** The request to one node. */
    static final class NodeRequest extends TransportRequest {

        private final boolean offHeap;

        NodeRequest(boolean offHeap) {
            this.offHeap = offHeap;
        }

        NodeRequest(StreamInput in) throws IOException {
            super(in);
            this.offHeap = in.readBoolean();
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
            out.writeBoolean(offHeap);
        }
    }

    @Override
    protected StatsResponse newResponse(
            StatsRequest request, List<NodeStats> nodes, List<FailedNodeException> failures) {
        return new StatsResponse(clusterService.getClusterName(), nodes, failures);
    }

    @Override
    protected NodeRequest newNodeRequest(StatsRequest request) {
        return new NodeRequest(request.offHeap());
    }

    @Override
    protected NodeStats newNodeResponse(StreamInput in) throws IOException {
        return WireParts.skippingRest(NodeStats::new).read(in);
    }

    @Override
    protected NodeStats nodeOperation(NodeRequest request) {
        NodeCounters counters = services.counters();
        return new NodeStats(
                clusterService.localNode(),
                counters.stats().snapshot(),
                counters.cacheNow(),
                counters.queuesNow(),
                request.offHeap ? offHeap.now() : VectorMemory.NONE);
    }
}
