/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.allocation;

import static org.hamcrest.Matchers.containsString;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.After;
import org.junit.Before;
import org.opensearch.Build;
import org.opensearch.Version;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionType;
import org.opensearch.action.admin.cluster.node.info.NodeInfo;
import org.opensearch.action.admin.cluster.node.info.NodesInfoRequest;
import org.opensearch.action.admin.cluster.node.info.NodesInfoResponse;
import org.opensearch.action.admin.cluster.node.info.PluginsAndModules;
import org.opensearch.cluster.ClusterChangedEvent;
import org.opensearch.cluster.ClusterInfo;
import org.opensearch.cluster.ClusterName;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.cluster.node.DiscoveryNodeRole;
import org.opensearch.cluster.node.DiscoveryNodes;
import org.opensearch.cluster.routing.allocation.RoutingAllocation;
import org.opensearch.cluster.routing.allocation.decider.AllocationDeciders;
import org.opensearch.cluster.routing.allocation.decider.Decision;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.plugins.PluginInfo;
import org.opensearch.snapshots.SnapshotShardSizeInfo;
import org.opensearch.test.OpenSearchTestCase;
import org.opensearch.test.client.NoOpNodeClient;

/** A cluster manager of version 0.2.0, a node of 0.1.0, and one without the plugin. */
public class PluginAllocationDeciderTests extends OpenSearchTestCase {

    private final DiscoveryNode manager = node("manager", Map.of(PluginNodes.ATTRIBUTE, "true"));
    private final DiscoveryNode older = node("older", Map.of());
    private final DiscoveryNode bare = node("bare", Map.of());

    private final Map<String, ActionListener<NodesInfoResponse>> asked = new HashMap<>();
    private final List<String> reroutes = new ArrayList<>();
    private NoOpNodeClient client;
    private PluginNodes nodes;
    private PluginAllocationDecider decider;
    private IndexMetadata index;
    private ClusterState state;

    private static DiscoveryNode node(String name, Map<String, String> attributes) {
        return new DiscoveryNode(
                name,
                name,
                buildNewFakeTransportAddress(),
                attributes,
                new HashSet<>(DiscoveryNodeRole.BUILT_IN_ROLES),
                Version.CURRENT);
    }

    @Before
    public void startCluster() throws Exception {
        client = new NoOpNodeClient(getTestName()) {
            @Override
            @SuppressWarnings("unchecked")
            public <Request extends ActionRequest, Response extends ActionResponse> void doExecute(
                    ActionType<Response> action, Request request, ActionListener<Response> listener) {
                for (String id : ((NodesInfoRequest) request).nodesIds()) {
                    assertNull(asked.put(id, (ActionListener<NodesInfoResponse>) listener));
                }
            }
        };
        nodes = new PluginNodes(client, (reason, priority, listener) -> reroutes.add(reason));
        decider = new PluginAllocationDecider(() -> nodes);
        index = PluginIndicesTests.index("\"v\":{\"type\":\"embedding\"}", Settings.EMPTY);
        state = ClusterState.builder(ClusterName.DEFAULT)
                .nodes(DiscoveryNodes.builder()
                        .add(manager)
                        .add(older)
                        .add(bare)
                        .localNodeId("manager")
                        .clusterManagerNodeId("manager"))
                .metadata(Metadata.builder().put(index, false))
                .build();
    }

    @After
    public void stopClient() {
        client.close();
    }

    private void publish(ClusterState published) {
        nodes.clusterChanged(new ClusterChangedEvent("test", published, state));
    }

    private void answer(DiscoveryNode node, String... plugins) {
        List<PluginInfo> installed = new ArrayList<>();
        for (String plugin : plugins) {
            installed.add(new PluginInfo(plugin, "", "0.1.0", Version.CURRENT, "21", "Plugin", List.of(), false));
        }
        NodeInfo info = NodeInfo.builder(Version.CURRENT, Build.CURRENT, node)
                .setPlugins(new PluginsAndModules(installed, List.of()))
                .build();
        asked.get(node.getId()).onResponse(new NodesInfoResponse(ClusterName.DEFAULT, List.of(info), List.of()));
    }

    private Decision decide(DiscoveryNode node, IndexMetadata about) {
        RoutingAllocation allocation = new RoutingAllocation(
                new AllocationDeciders(List.of(decider)),
                state.getRoutingNodes(),
                state,
                ClusterInfo.EMPTY,
                SnapshotShardSizeInfo.EMPTY,
                0);
        allocation.debugDecision(true);
        Decision toNode = decider.canAllocate(about, state.getRoutingNodes().node(node.getId()), allocation);
        assertEquals(
                toNode.type(),
                decider.shouldAutoExpandToNode(about, node, allocation).type());
        return toNode;
    }

    private void assertDecision(Decision.Type expected, DiscoveryNode node) {
        assertEquals(expected, decide(node, index).type());
    }

    public void testNodesThatDoNotShowThePluginAreAskedOnce() {
        publish(state);
        publish(state);
        assertEquals(Set.of("older", "bare"), asked.keySet());
        assertDecision(Decision.Type.YES, manager);
        assertDecision(Decision.Type.THROTTLE, older);
        assertDecision(Decision.Type.THROTTLE, bare);
        answer(older, "analysis-icu", "embedding-search");
        answer(bare, "analysis-icu");
        assertEquals(List.of("plugins of node [older]", "plugins of node [bare]"), reroutes);
        assertDecision(Decision.Type.YES, older);
        assertDecision(Decision.Type.NO, bare);
        assertThat(
                decide(bare, index).getExplanation(),
                containsString(
                        "index [articles] has fields or analyzers of the plugin [embedding-search], which node [bare]"
                                + " does not have: install the plugin there"));
    }

    public void testOtherIndicesGoAnywhere() throws Exception {
        publish(state);
        answer(bare);
        IndexMetadata plain = PluginIndicesTests.index(
                "\"t\":{\"type\":\"text\"}",
                Settings.builder()
                        .put(IndexMetadata.SETTING_INDEX_UUID, "plain")
                        .build());
        assertEquals(Decision.Type.YES, decide(bare, plain).type());
    }

    public void testNodeThatDoesNotAnswerIsAllowed() {
        publish(state);
        asked.get("bare").onFailure(new IllegalStateException("late"));
        assertDecision(Decision.Type.YES, bare);
        assertEquals(1, reroutes.size());
    }

    /** A node that comes back may have got the plugin meanwhile. */
    public void testNodeThatStartsAnewIsAskedAnew() {
        publish(state);
        answer(bare);
        assertDecision(Decision.Type.NO, bare);
        asked.clear();
        DiscoveryNode again = node("bare", Map.of());
        publish(ClusterState.builder(state)
                .nodes(DiscoveryNodes.builder(state.nodes()).remove(bare).add(again))
                .build());
        assertEquals(Set.of("bare"), asked.keySet());
        assertEquals(PluginNodes.Answer.PENDING, nodes.of(again));
    }

    public void testOnlyTheClusterManagerAsks() {
        publish(ClusterState.builder(state)
                .nodes(DiscoveryNodes.builder(state.nodes()).clusterManagerNodeId("older"))
                .build());
        assertEquals(Map.of(), asked);
    }
}
