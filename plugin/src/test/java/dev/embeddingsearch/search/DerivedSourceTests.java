/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertAcked;

import dev.embeddingsearch.EmbeddingSearchPlugin;
import dev.embeddingsearch.mapper.VectorValue;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.sort.SortOrder;
import org.opensearch.test.OpenSearchSingleNodeTestCase;

/** An index of OpenSearch's own that keeps no documents, but derives them from their fields. */
public class DerivedSourceTests extends OpenSearchSingleNodeTestCase {

    private static final String INDEX = "derived";
    private static final int DIMENSIONS = 1536;

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(EmbeddingSearchPlugin.class);
    }

    private void create() {
        assertAcked(client().admin()
                .indices()
                .prepareCreate(INDEX)
                .setSettings(Settings.builder().put("index.derived_source.enabled", true))
                .setMapping("{\"properties\":{\"name\":{\"type\":\"keyword\"},\"rank\":{\"type\":\"long\"},"
                        + "\"v\":{\"type\":\"embedding\",\"dimensions\":" + DIMENSIONS + "},"
                        + "\"o\":{\"properties\":{\"v\":{\"type\":\"embedding\",\"dimensions\":2,"
                        + "\"similarity\":\"l2_norm\"}}}}}"));
    }

    /** Of length 1. */
    private static String randomVector() {
        float[] vector = new float[DIMENSIONS];
        vector[randomInt(DIMENSIONS - 1)] = .6f;
        vector[0] = vector[0] == 0 ? .8f : 1;
        return VectorValue.encode(vector);
    }

    private void put(String id, Map<String, Object> document) {
        client().prepareIndex(INDEX).setId(id).setSource(document).get();
    }

    private Map<String, Object> get(String id) {
        return client().prepareGet(INDEX, id).get().getSourceAsMap();
    }

    private void maybeFlush() {
        if (randomBoolean()) {
            client().admin().indices().prepareFlush(INDEX).get();
        }
        if (randomBoolean()) {
            client().admin().indices().prepareRefresh(INDEX).get();
        }
    }

    public void testVectorsAreDerived() {
        create();
        String vector = randomVector();
        Map<String, Object> document = Map.of(
                "name", "one", "rank", 1, "v", vector, "o", Map.of("v", VectorValue.encode(new float[] {3, -0.5f})));
        put("1", document);
        put("2", Map.of("name", "none", "rank", 2));
        maybeFlush();
        assertEquals(document, get("1"));
        assertFalse(get("2").containsKey("v"));
        client().prepareUpdate(INDEX, "1").setDoc(Map.of("rank", 7)).get();
        maybeFlush();
        assertEquals(vector, get("1").get("v"));
        assertEquals(7, get("1").get("rank"));
        client().admin().indices().prepareRefresh(INDEX).get();
        client().admin().indices().prepareForceMerge(INDEX).setMaxNumSegments(1).get();
        assertEquals(vector, get("1").get("v"));
        expectFound(vector);
    }

    private void expectFound(String vector) {
        SearchResponse whole = client().prepareSearch(INDEX)
                .setFetchSource(true)
                .addSort("rank", SortOrder.DESC)
                .addFetchField("v")
                .get();
        assertEquals(vector, whole.getHits().getAt(0).getSourceAsMap().get("v"));
        assertEquals(DIMENSIONS, whole.getHits().getAt(0).field("v").getValues().size());
        SearchResponse plain =
                client().prepareSearch(INDEX).addSort("rank", SortOrder.DESC).get();
        assertEquals(
                "a vector of the user's own",
                vector,
                plain.getHits().getAt(0).getSourceAsMap().get("v"));
    }

    public void testVectorsComeWithTheLengthTheyAreIndexedWith() {
        create();
        StringBuilder three = new StringBuilder("{\"v\":[3, 4");
        three.append(", 0".repeat(DIMENSIONS - 2)).append("]}");
        client().prepareIndex(INDEX)
                .setId("1")
                .setSource(three.toString(), XContentType.JSON)
                .get();
        client().admin().indices().prepareRefresh(INDEX).get();
        float[] unit = new float[DIMENSIONS];
        unit[0] = .6f;
        unit[1] = .8f;
        assertEquals(VectorValue.encode(unit), get("1").get("v"));
    }

    public void testMarksAreDerived() {
        create();
        Map<String, Object> plain = Map.of("_embedding_pending", "why");
        Map<String, Object> described = Map.of(
                "_embedding_pending", "why", "source_fields", List.of("name"), "model", "m", "input_type", "text");
        put("1", Map.of("v", plain));
        put("2", Map.of("v", described));
        maybeFlush();
        assertEquals(plain, get("1").get("v"));
        assertEquals(described, get("2").get("v"));
    }
}
