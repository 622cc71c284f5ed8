/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.opensearch.index.query.QueryBuilders.matchQuery;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertAcked;

import dev.embeddingsearch.EmbeddingSearchPlugin;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.opensearch.common.settings.Settings;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.MockSearchService;
import org.opensearch.test.OpenSearchIntegTestCase;

/** An index of several segments, with vectors in its documents and in their nested parts, and queries of it. */
abstract class HybridSearchTestCase extends OpenSearchIntegTestCase {

    static final int DIMENSIONS = 5;
    static final String INDEX = "searched";

    @Override
    protected Collection<Class<? extends Plugin>> nodePlugins() {
        return List.of(EmbeddingSearchPlugin.class);
    }

    /** The mock search service leaves out what plugins say of profiles and threads. */
    @Override
    protected Collection<Class<? extends Plugin>> getMockPlugins() {
        return super.getMockPlugins().stream()
                .filter(plugin -> !plugin.equals(MockSearchService.TestPlugin.class))
                .toList();
    }

    @Override
    public void setUp() throws Exception {
        super.setUp();
        Settings settings = Settings.builder()
                .put("index.number_of_shards", 1)
                .put("index.number_of_replicas", 0)
                .put("index.merge.policy.segments_per_tier", 50)
                .build();
        String vector = "{\"type\": \"embedding\", \"model_id\": \"unknown\", \"dimensions\": " + DIMENSIONS + "}";
        assertAcked(prepareCreate(INDEX).setSettings(settings).setMapping("""
                {"properties": {"text": {"type": "text"}, "group": {"type": "keyword"}, "meaning": %s,
                  "parts": {"type": "nested", "properties": {"text": {"type": "text"}, "meaning": %s}}}}""".formatted(vector, vector)));
        for (int i = 0; i < 400; i++) {
            client().prepareIndex(INDEX)
                    .setId(Integer.toString(i))
                    .setSource(Map.of(
                            "text",
                            text(),
                            "group",
                            "g" + randomInt(2),
                            "meaning",
                            vector(),
                            "parts",
                            List.of(part(), part())))
                    .get();
            if (i % 80 == 79) {
                refresh(INDEX);
            }
        }
        for (int i = 0; i < 40; i++) {
            client().prepareDelete(INDEX, Integer.toString(randomInt(399))).get();
        }
        refresh(INDEX);
    }

    private static Map<String, Object> part() {
        return Map.of("text", text(), "meaning", vector());
    }

    static String text() {
        List<String> words = new ArrayList<>();
        for (int i = randomIntBetween(1, 12); i > 0; i--) {
            words.add("w" + randomInt(randomInt(7)));
        }
        return String.join(" ", words);
    }

    static float[] vector() {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) random().nextGaussian() + 0.3f;
        }
        return vector;
    }

    static HybridMatchQueryBuilder unnamed(String prefix) {
        return hybrid(prefix, null, null);
    }

    static HybridMatchQueryBuilder hybrid(String prefix) {
        return hybrid(prefix, "words", "near");
    }

    static HybridMatchQueryBuilder hybrid(String prefix, String lexicalName, String vectorName) {
        KnnOptions options = new KnnOptions(20, null, null, null, true);
        EmbeddingQueryBuilder embedding =
                new EmbeddingQueryBuilder(prefix + "meaning", QuerySource.vector(vector()), options, null, () -> null);
        return new HybridMatchQueryBuilder(
                matchQuery(prefix + "text", "w0 w" + randomInt(7)).queryName(lexicalName),
                embedding.queryName(vectorName),
                null,
                randomFrom(0.2f, 0.5f, 0.8f),
                false);
    }
}
