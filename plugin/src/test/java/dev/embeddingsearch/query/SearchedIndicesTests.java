/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.allocation.PluginNodes;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.After;
import org.junit.Before;
import org.opensearch.Version;
import org.opensearch.action.IndicesRequest;
import org.opensearch.action.explain.ExplainRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.cluster.ClusterName;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.AliasMetadata;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.cluster.node.DiscoveryNodes;
import org.opensearch.cluster.routing.IndexRoutingTable;
import org.opensearch.cluster.routing.RoutingTable;
import org.opensearch.cluster.routing.ShardRoutingState;
import org.opensearch.cluster.routing.TestShardRouting;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.index.query.BaseQueryRewriteContext;
import org.opensearch.index.query.QueryCoordinatorContext;
import org.opensearch.test.ClusterServiceUtils;
import org.opensearch.test.OpenSearchTestCase;
import org.opensearch.threadpool.TestThreadPool;
import org.opensearch.threadpool.ThreadPool;

/** Whether the legs of a query may be ranked by a shard: only if there is one, and all nodes with it know how. */
public class SearchedIndicesTests extends OpenSearchTestCase {

    private static final String NEW = "new";
    /** A node with version 0.1.0 of the plugin. */
    private static final String OLD = "old";

    private ThreadPool threadPool;
    private ClusterService clusterService;
    private SearchedIndices searched;

    @Before
    public void setUpCluster() {
        threadPool = new TestThreadPool(getTestName());
        clusterService = ClusterServiceUtils.createClusterService(threadPool);
        searched =
                new SearchedIndices(clusterService, new IndexNameExpressionResolver(new ThreadContext(Settings.EMPTY)));
        Metadata.Builder metadata = Metadata.builder()
                .persistentSettings(Settings.builder()
                        .put("cluster.remote.far.seeds", "127.0.0.1:9300")
                        .build());
        RoutingTable.Builder routing = RoutingTable.builder();
        Map<String, List<String>> copies = Map.of(
                "one", List.of(NEW),
                "copied", List.of(NEW, NEW + "2"),
                "mixed", List.of(NEW, OLD));
        copies.forEach((index, nodes) -> add(index, 1, nodes, metadata, routing));
        add("three", 3, List.of(NEW), metadata, routing);
        add("moving", 1, List.of(NEW), metadata, RoutingTable.builder());
        routing.add(IndexRoutingTable.builder(metadata.get("moving").getIndex())
                .addShard(TestShardRouting.newShardRouting(
                        metadata.get("moving").getIndex().getName(), 0, NEW, OLD, true, ShardRoutingState.RELOCATING)));
        ClusterServiceUtils.setState(
                clusterService,
                ClusterState.builder(ClusterName.DEFAULT)
                        .metadata(metadata)
                        .routingTable(routing.build())
                        .nodes(DiscoveryNodes.builder()
                                .add(node(NEW, true))
                                .add(node(NEW + "2", true))
                                .add(node(OLD, false))
                                .localNodeId(NEW))
                        .build());
    }

    @After
    public void stopCluster() {
        clusterService.close();
        terminate(threadPool);
    }

    private static DiscoveryNode node(String id, boolean isNew) {
        return new DiscoveryNode(
                id,
                buildNewFakeTransportAddress(),
                isNew ? Map.of(PluginNodes.ATTRIBUTE, "true") : Map.of(),
                Set.of(),
                Version.CURRENT);
    }

    private static void add(
            String name, int shards, List<String> nodes, Metadata.Builder metadata, RoutingTable.Builder routing) {
        IndexMetadata index = IndexMetadata.builder(name)
                .settings(settings(Version.CURRENT).put("index.uuid", "_na_"))
                .numberOfShards(shards)
                .numberOfReplicas(nodes.size() - 1)
                .putAlias(AliasMetadata.builder("alias-of-" + name))
                .build();
        metadata.put(index, false);
        IndexRoutingTable.Builder table = IndexRoutingTable.builder(index.getIndex());
        for (int shard = 0; shard < shards; shard++) {
            for (String node : nodes) {
                boolean primary = node.equals(nodes.get(0));
                table.addShard(TestShardRouting.newShardRouting(name, shard, node, primary, ShardRoutingState.STARTED));
            }
        }
        routing.add(table);
    }

    private boolean isOneShard(IndicesRequest request) {
        return searched.isOneShard(new QueryCoordinatorContext(
                new BaseQueryRewriteContext(xContentRegistry(), null, null, () -> 0L), request));
    }

    private boolean isOneShard(String... indices) {
        return isOneShard(new SearchRequest(indices));
    }

    public void testOneIndexOfOneShardByAnyName() {
        for (String name : List.of("one", "alias-of-one", "o*", "copied", "alias-of-copied")) {
            assertTrue(name, isOneShard(name));
        }
    }

    public void testSeveralShardsAreNotOne() {
        for (String[] names :
                new String[][] {{"three"}, {"one", "copied"}, {"alias-of-*"}, {}, {"one", "far:one"}, {"far:one"}}) {
            assertFalse(Arrays.toString(names), isOneShard(names));
        }
    }

    public void testEveryCopyMustBeOnANodeThatKnowsTheQuery() {
        assertFalse(isOneShard("mixed"));
        assertFalse("the shard may be there when it is searched", isOneShard("moving"));
    }

    public void testOtherRequestsAreNotRankedByTheShard() {
        assertFalse(isOneShard(new SearchRequest("one").scroll(TimeValue.timeValueMinutes(1))));
        assertFalse(isOneShard(new ExplainRequest("one", "1")));
    }
}
