/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.allocation;

import java.util.function.Supplier;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.cluster.routing.RoutingNode;
import org.opensearch.cluster.routing.ShardRouting;
import org.opensearch.cluster.routing.allocation.RoutingAllocation;
import org.opensearch.cluster.routing.allocation.decider.AllocationDecider;
import org.opensearch.cluster.routing.allocation.decider.Decision;

/**
 * Keeps shards of indices that need the plugin away from nodes without it. A shard moved there cannot be opened, and
 * OpenSearch would move it there again and again.
 */
public final class PluginAllocationDecider extends AllocationDecider {

    /** The name of the decider in {@code _cluster/allocation/explain}. */
    public static final String NAME = "embedding_search_plugin";

    private final PluginIndices indices = new PluginIndices();
    private final Supplier<PluginNodes> nodes;

    /**
     * @param nodes supplies null while the node starts
     */
    public PluginAllocationDecider(Supplier<PluginNodes> nodes) {
        this.nodes = nodes;
    }

    @Override
    public Decision canAllocate(ShardRouting shard, RoutingNode node, RoutingAllocation allocation) {
        return decide(allocation.metadata().getIndexSafe(shard.index()), node.node(), allocation);
    }

    @Override
    public Decision canAllocate(IndexMetadata index, RoutingNode node, RoutingAllocation allocation) {
        return decide(index, node.node(), allocation);
    }

    @Override
    public Decision shouldAutoExpandToNode(IndexMetadata index, DiscoveryNode node, RoutingAllocation allocation) {
        return decide(index, node, allocation);
    }

    /** Also with force: a node without the plugin cannot open a copy on its disk. */
    @Override
    public Decision canForceAllocatePrimary(ShardRouting shard, RoutingNode node, RoutingAllocation allocation) {
        return canAllocate(shard, node, allocation);
    }

    private Decision decide(IndexMetadata index, DiscoveryNode node, RoutingAllocation allocation) {
        if (!indices.needPlugin(index, allocation.metadata())) {
            return allocation.decision(Decision.YES, NAME, "the index does not need the plugin");
        }
        PluginNodes known = nodes.get();
        PluginNodes.Answer answer = known == null ? PluginNodes.Answer.FAILED : known.of(node);
        return switch (answer) {
            case PLUGIN -> allocation.decision(Decision.YES, NAME, "the node has the plugin");
            case FAILED -> allocation.decision(Decision.YES, NAME, "the node did not say whether it has the plugin");
            case PENDING ->
                allocation.decision(Decision.THROTTLE, NAME, "the node is being asked whether it has the plugin");
            case NONE ->
                allocation.decision(
                        Decision.NO,
                        NAME,
                        "index [%s] has fields or analyzers of the plugin [%s], which node [%s] does not have: install the"
                                + " plugin there",
                        index.getIndex().getName(),
                        PluginNodes.PLUGIN,
                        node.getName());
        };
    }
}
