/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.After;
import org.junit.Before;
import org.opensearch.Version;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.AliasMetadata;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Settings;
import org.opensearch.test.ClusterServiceUtils;
import org.opensearch.test.OpenSearchTestCase;
import org.opensearch.threadpool.TestThreadPool;
import org.opensearch.threadpool.ThreadPool;

public class EmbeddingMappingsTests extends OpenSearchTestCase {

    private ThreadPool threadPool;
    private ClusterService clusterService;
    private EmbeddingMappings mappings;

    @Before
    public void startService() {
        threadPool = new TestThreadPool(getTestName());
        clusterService = ClusterServiceUtils.createClusterService(threadPool);
        mappings = new EmbeddingMappings(clusterService);
    }

    @After
    public void stopService() {
        clusterService.close();
        terminate(threadPool);
    }

    private static IndexMetadata.Builder index(String name, String uuid) {
        return IndexMetadata.builder(name)
                .settings(Settings.builder()
                        .put(IndexMetadata.SETTING_VERSION_CREATED, Version.CURRENT)
                        .put(IndexMetadata.SETTING_INDEX_UUID, uuid))
                .numberOfShards(1)
                .numberOfReplicas(0);
    }

    private static String mapping(String field) {
        return "{\"properties\":{\"" + field + "\":{\"type\":\"embedding\"}}}";
    }

    private void publish(IndexMetadata.Builder... indices) {
        Metadata.Builder metadata = Metadata.builder();
        for (IndexMetadata.Builder index : indices) {
            metadata.put(index);
        }
        ClusterServiceUtils.setState(
                clusterService,
                ClusterState.builder(clusterService.state()).metadata(metadata).build());
    }

    public void testUnknownIndexAndIndexWithoutMapping() {
        publish(index("bare", "u"));
        assertEquals(Map.of(), mappings.of("absent"));
        assertEquals(Map.of(), mappings.of("bare"));
        assertEquals(Map.of(), mappings.of(""));
    }

    public void testEachVersionIsParsedOnce() throws Exception {
        publish(index("i", "u").putMapping(mapping("a")).mappingVersion(1));
        Map<String, MappedEmbedding> first = mappings.of("i");
        assertEquals("a", first.get("a").path());
        publish(index("i", "u").putMapping(mapping("a")).mappingVersion(1).version(7));
        assertSame(first, mappings.of("i"));
        publish(index("i", "u").putMapping(mapping("b")).mappingVersion(2));
        assertEquals(Set.of("b"), mappings.of("i").keySet());
    }

    public void testManyIndicesAreParsedOnceToo() throws Exception {
        IndexMetadata.Builder[] many = new IndexMetadata.Builder[1500];
        for (int i = 0; i < many.length; i++) {
            many[i] = index("i" + i, "u" + i).putMapping(mapping("a"));
        }
        publish(many);
        List<Map<String, MappedEmbedding>> first = new ArrayList<>();
        for (int i = 0; i < many.length; i++) {
            first.add(mappings.of("i" + i));
        }
        for (int i = 0; i < many.length; i++) {
            assertSame(first.get(i), mappings.of("i" + i));
        }
    }

    public void testIndexThatIsCreatedAnewUnderItsName() throws Exception {
        publish(index("i", "u1").putMapping(mapping("a")).mappingVersion(1));
        assertTrue(mappings.of("i").containsKey("a"));
        publish(index("i", "u2").putMapping(mapping("b")).mappingVersion(1));
        assertTrue(mappings.of("i").containsKey("b"));
    }

    public void testAliasStandsForTheIndexItWritesTo() throws Exception {
        publish(
                index("i1", "u1")
                        .putMapping(mapping("a"))
                        .putAlias(AliasMetadata.builder("one"))
                        .putAlias(AliasMetadata.builder("two").writeIndex(false)),
                index("i2", "u2")
                        .putMapping(mapping("b"))
                        .putAlias(AliasMetadata.builder("two").writeIndex(true)));
        assertTrue(mappings.of("one").containsKey("a"));
        assertTrue(mappings.of("two").containsKey("b"));
    }
}
