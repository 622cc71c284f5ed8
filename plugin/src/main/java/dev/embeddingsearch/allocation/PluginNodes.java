/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.allocation;

import static java.util.stream.Collectors.toSet;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.action.admin.cluster.node.info.NodesInfoRequest;
import org.opensearch.action.admin.cluster.node.info.NodesInfoResponse;
import org.opensearch.action.admin.cluster.node.info.PluginsAndModules;
import org.opensearch.cluster.ClusterChangedEvent;
import org.opensearch.cluster.ClusterStateListener;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.cluster.routing.RerouteService;
import org.opensearch.common.Priority;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.transport.client.Client;

/**
 * The nodes that have the plugin. Since version 0.2.0 they have a node attribute. Nodes without it may have 0.1.0; the cluster
 * manager asks each of them once.
 */
public final class PluginNodes implements ClusterStateListener {

    /** The attribute of nodes with the plugin. Its value is {@code true}, as {@code cluster.remote.node.attr} expects. */
    public static final String ATTRIBUTE = "embedding_search";

    static final String PLUGIN = "embedding-search";

    private static final Logger logger = LogManager.getLogger(PluginNodes.class);
    private static final TimeValue PATIENCE = TimeValue.timeValueSeconds(10);

    /** What a node answered. */
    enum Answer {
        PLUGIN,
        NONE,
        PENDING,
        /** Nothing; the node is treated as if it had not been asked. */
        FAILED
    }

    /** By ephemeral id, since the plugin may be installed before a node is restarted. */
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();

    private final Client client;
    private final RerouteService reroute;

    public PluginNodes(Client client, RerouteService reroute) {
        this.client = client;
        this.reroute = reroute;
    }

    /** Whether {@code node} has the plugin in version 0.2.0 or newer. */
    public static boolean isSince020(DiscoveryNode node) {
        return node.getAttributes().containsKey(ATTRIBUTE);
    }

    Answer of(DiscoveryNode node) {
        return isSince020(node) ? Answer.PLUGIN : answers.getOrDefault(node.getEphemeralId(), Answer.PENDING);
    }

    @Override
    public void clusterChanged(ClusterChangedEvent event) {
        if (!event.localNodeClusterManager()) {
            answers.clear();
            return;
        }
        Map<String, DiscoveryNode> nodes = event.state().nodes().getNodes();
        answers.keySet()
                .retainAll(nodes.values().stream()
                        .map(DiscoveryNode::getEphemeralId)
                        .collect(toSet()));
        for (DiscoveryNode node : nodes.values()) {
            if (!isSince020(node) && answers.putIfAbsent(node.getEphemeralId(), Answer.PENDING) == null) {
                ask(node);
            }
        }
    }

    private void ask(DiscoveryNode node) {
        NodesInfoRequest request = new NodesInfoRequest(node.getId()).clear();
        request.addMetric(NodesInfoRequest.Metric.PLUGINS.metricName()).timeout(PATIENCE);
        ThreadContext context = client.threadPool().getThreadContext();
        try (ThreadContext.StoredContext ignored = context.stashContext()) {
            client.admin()
                    .cluster()
                    .nodesInfo(
                            request,
                            ActionListener.wrap(
                                    response -> learn(node, answer(response)), failure -> learn(node, Answer.FAILED)));
        }
    }

    private static Answer answer(NodesInfoResponse response) {
        return response.getNodes().stream()
                .map(info -> info.getInfo(PluginsAndModules.class))
                .map(installed -> has(installed) ? Answer.PLUGIN : Answer.NONE)
                .findFirst()
                .orElse(Answer.FAILED);
    }

    private static boolean has(PluginsAndModules installed) {
        return installed.getPluginInfos().stream().anyMatch(plugin -> PLUGIN.equals(plugin.getName()));
    }

    private void learn(DiscoveryNode node, Answer answer) {
        if (answers.replace(node.getEphemeralId(), answer) != null) {
            if (answer == Answer.NONE) {
                logger.info("node [{}] lacks the plugin [{}]: it gets no shard of its indices", node.getName(), PLUGIN);
            }
            reroute.reroute(
                    "plugins of node [" + node.getName() + "]",
                    Priority.NORMAL,
                    ActionListener.wrap(done -> {}, failure -> logger.debug("no reroute", failure)));
        }
    }
}
