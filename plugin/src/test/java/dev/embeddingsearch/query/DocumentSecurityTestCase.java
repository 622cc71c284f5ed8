/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.EmbeddingSearchPlugin;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.opensearch.action.bulk.BulkRequestBuilder;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.test.OpenSearchSingleNodeTestCase;
import org.opensearch.transport.client.Client;

/** A node with {@link SecurityStandIn the stand-in for the security plugin}, and documents to be hidden. */
abstract class DocumentSecurityTestCase extends OpenSearchSingleNodeTestCase {

    /** Of so many that cosines spread little: nine standard deviations of them are less than the way to the mean. */
    static final int DIMENSIONS = 128;

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(SecurityStandIn.class, EmbeddingSearchPlugin.class, SecurityStandIn.Later.class);
    }

    static Client as(Client client, Map<String, String> rights) {
        return client.filterWithHeader(rights);
    }

    static float[] vector() {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) random().nextGaussian();
        }
        return vector;
    }

    /** @param nested whether documents have parts, with vectors of their own */
    void createIndex(String name, int shards, boolean nested) {
        String cosine = "{\"type\": \"embedding\", \"model_id\": \"unknown\", \"dimensions\": " + DIMENSIONS
                + ", \"index_options\": {\"quantization\": \"none\"}}";
        String distance = cosine.replace("{\"type\"", "{\"similarity\": \"l2_norm\", \"type\"");
        String parts =
                nested ? ", \"parts\": {\"type\": \"nested\", \"properties\": {\"meaning\": " + cosine + "}}" : "";
        Settings settings = Settings.builder()
                .put("index.number_of_shards", shards)
                .put("index.number_of_replicas", 0)
                .build();
        client().admin()
                .indices()
                .prepareCreate(name)
                .setSettings(settings)
                .setMapping("""
                {"properties": {"group": {"type": "keyword"}, "tag": {"type": "keyword"}, "n": {"type": "integer"},
                  "text": {"type": "text", "similarity": "boolean"},
                  "meaning": %s, "distant": %s%s}}""".formatted(cosine, distance, parts))
                .get();
    }

    /** Documents by id, each in one of the groups. */
    static Map<String, Map<String, Object>> documents(int count, int groups, boolean nested) {
        Map<String, Map<String, Object>> documents = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("group", Integer.toString(randomInt(groups - 1)));
            document.put("tag", "t" + randomInt(3));
            document.put("n", randomInt(1_000_000));
            document.put("text", "w" + randomInt(5) + " w" + randomInt(5));
            if (frequently()) {
                document.put("meaning", vector());
            }
            document.put("distant", vector());
            if (nested) {
                document.put("parts", List.of(Map.of("meaning", vector()), Map.of("meaning", vector())));
            }
            documents.put(Integer.toString(i), document);
        }
        return documents;
    }

    /** Indexes those that {@code shown} accepts, in several segments that never merge. */
    void index(String name, Map<String, Map<String, Object>> documents, Predicate<Map<String, Object>> shown) {
        List<String> ids = new ArrayList<>(documents.keySet());
        for (int third = 0; third < 3; third++) {
            BulkRequestBuilder bulk = client().prepareBulk();
            for (String id : ids.subList(third * ids.size() / 3, (third + 1) * ids.size() / 3)) {
                if (shown.test(documents.get(id))) {
                    bulk.add(client().prepareIndex(name).setId(id).setSource(documents.get(id)));
                }
            }
            if (bulk.numberOfActions() > 0) {
                assertFalse(bulk.get().hasFailures());
            }
            client().admin().indices().prepareRefresh(name).get();
        }
    }

    /** The body of the response. */
    static Map<String, Object> search(Client client, String index, SearchSourceBuilder source) throws Exception {
        SearchRequest request = new SearchRequest(index).source(source.shallowCopy());
        request.requestCache(false);
        return XContentHelper.convertToMap(
                JsonXContent.jsonXContent,
                org.opensearch.core.common.Strings.toString(
                        MediaTypeRegistry.JSON, client.search(request).actionGet()),
                false);
    }
}
