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
        client().admin()
                .indices()
                .prepareCreate(index)
                .setSettings(Settings.builder().put("number_of_shards", between(1, 3)))
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
}
