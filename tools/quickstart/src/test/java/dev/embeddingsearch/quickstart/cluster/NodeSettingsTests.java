/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;

import java.util.List;
import org.junit.Test;

public class NodeSettingsTests {

    @Test
    public void testNodesOfAClusterKnowEachOther() throws Exception {
        List<NodeSettings> nodes = NodeSettings.cluster(List.of("a", "b"));
        List<String> hosts = List.of(
                "127.0.0.1:" + nodes.get(0).transportPort(),
                "127.0.0.1:" + nodes.get(1).transportPort());
        for (NodeSettings node : nodes) {
            assertEquals(hosts, node.yml().get("discovery.seed_hosts"));
            assertEquals(List.of("a", "b"), node.yml().get("cluster.initial_cluster_manager_nodes"));
        }
        assertNotEquals(nodes.get(0).httpPort(), nodes.get(1).httpPort());
    }

    @Test
    public void testChangesLeaveTheOriginalAlone() throws Exception {
        NodeSettings node = NodeSettings.single("a").with("x", 1);
        NodeSettings changed = node.with("x", 2).onHttpPort(5).withHeap("1g");
        assertEquals(1, node.yml().get("x"));
        assertEquals(2, changed.yml().get("x"));
        assertEquals(5, changed.httpPort());
        assertEquals("1g", changed.heap());
        assertEquals("single-node", changed.yml().get("discovery.type"));
    }
}
