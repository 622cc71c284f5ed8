/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.EmbeddingSearchPlugin;
import dev.embeddingsearch.stats.VectorMemory;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.opensearch.action.support.WriteRequest.RefreshPolicy;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.index.IndexModule;
import org.opensearch.index.IndexService;
import org.opensearch.indices.IndicesService;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.OpenSearchSingleNodeTestCase;

public class OffHeapVectorsTests extends OpenSearchSingleNodeTestCase {

    private static final String CODED = "coded";
    private static final String PLAIN = "plain";

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(EmbeddingSearchPlugin.class);
    }

    private VectorMemory memory(boolean asked) {
        StatsResponse stats = client().execute(TransportStatsAction.TYPE, new StatsRequest(asked))
                .actionGet();
        assertFalse(stats.hasFailures());
        return stats.getNodes().getFirst().memory();
    }

    private void create(String index, String properties) {
        create(index, Settings.builder().put("number_of_shards", between(1, 3)), properties);
    }

    private void create(String index, Settings.Builder settings, String properties) {
        client().admin()
                .indices()
                .prepareCreate(index)
                .setSettings(settings)
                .setMapping("{\"properties\":{" + properties + "}}")
                .get();
    }

    private void index(String index, String document) {
        client().prepareIndex(index)
                .setSource(document, XContentType.JSON)
                .setRefreshPolicy(RefreshPolicy.IMMEDIATE)
                .get();
    }

    public void testBytesOfEachFieldByKindOverAllShardsAndSegments() {
        create(
                CODED,
                "\"v\":{\"type\":\"embedding\",\"dimensions\":8},\"o\":{\"properties\":{\"w\":"
                        + "{\"type\":\"embedding\",\"dimensions\":3,\"index_options\":{\"quantization\":\"none\"}}}}");
        create(PLAIN, "\"v\":{\"type\":\"text\"}");
        int documents = between(2, 9);
        for (int i = 0; i < documents; i++) {
            index(CODED, "{\"v\":[1,2,3,4,5,6,7,8],\"o\":{\"w\":[3,4,5]}}");
        }
        index(CODED, "{\"v\":[8,7,6,5,4,3,2,1]}");
        index(PLAIN, "{\"v\":\"some text\"}");
        Map<String, Long> v = Map.of("vec", (documents + 1) * 32L, "veq", (documents + 1) * (8 + 16L), "vex", 0L);
        Map<String, Long> w = Map.of("vec", documents * 12L, "vex", 0L);
        assertEquals(Map.of(CODED, Map.of("v", v, "o.w", w)), memory(true).indices());
        assertEquals("it is told when asked for", VectorMemory.NONE, memory(false));
        client().admin().indices().prepareClose(CODED).get();
        assertEquals("what is closed takes no memory", Map.of(), memory(true).indices());
    }

    public void testFieldsWithoutVectorsAreLeftOut() {
        create(CODED, "\"v\":{\"type\":\"embedding\",\"dimensions\":8}");
        index(CODED, "{\"title\":\"none\"}");
        assertEquals(Map.of(), memory(true).indices());
    }

    /** The kinds are the extensions of files, which is what {@code index.store.preload} takes. */
    public void testKindsAreFilesThatAreMappedAndCanBeReadAhead() throws Exception {
        Settings.Builder settings = Settings.builder()
                .put("number_of_shards", 1)
                .put("index.compound_format", false)
                .putList("index.store.preload", "vex", "veq");
        create(CODED, settings, "\"v\":{\"type\":\"embedding\",\"dimensions\":8}");
        index(CODED, "{\"v\":[1,2,3,4,5,6,7,8]}");
        index(CODED, "{\"v\":[8,7,6,5,4,3,2,1]}");
        client().admin().indices().prepareForceMerge(CODED).setMaxNumSegments(1).get();
        IndexService index = getInstanceFromNode(IndicesService.class).indexServiceSafe(resolveIndex(CODED));
        List<String> notMapped = index.getIndexSettings().getValue(IndexModule.INDEX_STORE_HYBRID_NIO_EXTENSIONS);
        List<String> files = List.of(index.getShard(0).store().directory().listAll());
        for (String kind : memory(true).indices().get(CODED).get("v").keySet()) {
            assertFalse(kind, notMapped.contains(kind));
            assertTrue(files + " hold " + kind, files.stream().anyMatch(file -> file.endsWith("." + kind)));
        }
    }
}
