/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;

import dev.embeddingsearch.codec.EmbeddingCodecService;
import dev.embeddingsearch.embedding.http.CertificateAuthorities;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.WriteRequest.RefreshPolicy;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.ClusterStateUpdateTask;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.index.IndexService;
import org.opensearch.index.codec.CodecServiceConfig;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.indices.IndicesService;
import org.opensearch.ingest.IngestService;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.OpenSearchSingleNodeTestCase;

/** A node with the plugin. */
public class EmbeddingSearchPluginTests extends OpenSearchSingleNodeTestCase {

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(EmbeddingSearchPlugin.class);
    }

    private void set(String key, Object value) {
        client().admin()
                .cluster()
                .prepareUpdateSettings()
                .setTransientSettings(
                        value == null
                                ? Settings.builder().putNull(key)
                                : Settings.builder().put(key, value.toString()))
                .get();
    }

    private Map<String, Object> mapping(String index) {
        return client().admin()
                .indices()
                .prepareGetMappings(index)
                .get()
                .mappings()
                .get(index)
                .sourceAsMap();
    }

    private static Map<String, Object> json(String json) {
        return XContentHelper.convertToMap(JsonXContent.jsonXContent, json, true);
    }

    private void create(String index, String properties) {
        client().admin()
                .indices()
                .prepareCreate(index)
                .setMapping("{\"properties\":" + properties + "}")
                .get();
    }

    public void testModelsAreDynamicSettings() {
        set("embedding.model.tiny.id", "tiny-1");
        set("embedding.model.tiny.dimensions", 3);
        set("embedding.model.tiny.query_parameters.input_type", "query");
        try {
            create("i", "{\"v\":{\"type\":\"embedding\",\"model\":\"tiny\"}}");
            assertEquals(
                    json("{\"properties\":{\"v\":{\"type\":\"embedding\",\"model\":\"tiny\",\"model_id\":\"tiny-1\","
                            + "\"dimensions\":3}}}"),
                    mapping("i"));
        } finally {
            set("embedding.model.tiny.*", null);
        }
        Exception e = expectThrows(Exception.class, () -> set("embedding.model.tiny.parameters.model", "x"));
        assertThat(e.getMessage(), containsString("[embedding.model.tiny.parameters.model] expects the name of a"));
        e = expectThrows(Exception.class, () -> create("j", "{\"v\":{\"type\":\"embedding\",\"model\":\"tiny\"}}"));
        assertThat(e.getMessage(), containsString("no model [tiny]"));
    }

    public void testBadSettingsAreRefusedWhenSet() {
        assertThat(
                expectThrows(
                                IllegalArgumentException.class,
                                () -> set("embedding.model.default.url", "http://169.254.169.254/latest"))
                        .getMessage(),
                containsString("which no entry of [embedding.url_allowlist] permits"));
        assertThat(
                expectThrows(Exception.class, () -> set("embedding.url_allowlist", "http://x"))
                        .getMessage(),
                containsString("not dynamically updateable"));
        assertThat(
                expectThrows(Exception.class, () -> set("embedding.model.default.dimension", "3"))
                        .getMessage(),
                containsString("embedding.model.default.dimension"));
    }

    /** As when a node without the plugin was cluster manager, or an older one that archived URLs. */
    public void testModelWithAnArchivedSettingIsRefused() throws Exception {
        create("i", "{\"t\":{\"type\":\"text\"},\"v\":{\"type\":\"embedding\",\"source_fields\":[\"t\"]}}");
        archive(Settings.builder()
                .put("archived.embedding.model.default.url", "http://127.0.0.1:1/v1")
                .build());
        try {
            Exception e = expectThrows(
                    Exception.class,
                    () -> client().prepareIndex("i")
                            .setSource(Map.of("t", "a text"))
                            .get());
            assertThat(
                    e.getMessage(),
                    containsString("OpenSearch has archived its setting [embedding.model.default.url]"));
        } finally {
            set("archived.embedding.model.default.url", null);
        }
        assertFalse(client().admin()
                .cluster()
                .prepareState()
                .get()
                .getState()
                .metadata()
                .settings()
                .hasValue("archived.embedding.model.default.url"));
    }

    private void archive(Settings archived) throws Exception {
        CountDownLatch applied = new CountDownLatch(1);
        getInstanceFromNode(ClusterService.class).submitStateUpdateTask("archive", new ClusterStateUpdateTask() {
            @Override
            public ClusterState execute(ClusterState state) {
                return ClusterState.builder(state)
                        .metadata(Metadata.builder(state.metadata()).transientSettings(archived))
                        .build();
            }

            @Override
            public void onFailure(String source, Exception e) {
                throw new AssertionError(e);
            }

            @Override
            public void clusterStateProcessed(String source, ClusterState before, ClusterState after) {
                applied.countDown();
            }
        });
        assertTrue(applied.await(30, TimeUnit.SECONDS));
    }

    public void testSettingsOfModelsAreDynamicAndThoseOfTheNodeAreNot() {
        for (Setting<?> setting : new EmbeddingSearchPlugin(Settings.EMPTY).getSettings()) {
            String key = setting.getKey();
            boolean ofModel = key.startsWith("embedding.model.") && !key.endsWith("api_key");
            assertEquals(key, ofModel || key.equals("index.embedding.vectors_in_hits"), setting.isDynamic());
        }
    }

    /** Roles of a security plugin name them. */
    public void testActionsHaveTheNamesThatRolesGrant() {
        Set<String> names = new EmbeddingSearchPlugin(Settings.EMPTY)
                .getActions().stream().map(action -> action.getAction().name()).collect(Collectors.toSet());
        assertEquals(
                Set.of(
                        "cluster:monitor/embedding/stats",
                        "cluster:monitor/embedding/models",
                        "cluster:monitor/embedding/estimate",
                        "cluster:admin/embedding/embed",
                        "indices:data/write/embedding/backfill"),
                names);
    }

    public void testNoSettingSwitchesTheTrustOfCertificatesOff() {
        List<String> names = new EmbeddingSearchPlugin(Settings.EMPTY)
                .getSettings().stream()
                        .map(Setting::getKey)
                        .filter(key -> key.contains("ssl"))
                        .toList();
        assertEquals(List.of("embedding.ssl.certificate_authorities"), names);
        assertFalse(CertificateAuthorities.FILES.isDynamic());
    }

    public void testMappingSurvivesItsWayThroughTheClusterState() {
        String field = "{\"v\":{\"type\":\"embedding\",\"model_id\":\"text-embedding-3-small\",\"dimensions\":12288,"
                + "\"source_fields\":[\"title\"],\"input_type\":\"code\",\"similarity\":\"l2_norm\","
                + "\"index_options\":{\"type\":\"flat\",\"m\":16,\"ef_construction\":100,\"quantization\":\"auto\"}}}";
        create("i", field);
        assertEquals(json("{\"properties\":" + field + "}"), mapping("i"));
        assertThat(
                new EmbeddingSearchPlugin(Settings.EMPTY)
                        .getCustomCodecServiceFactory(indexService("i").getIndexSettings())
                        .orElseThrow()
                        .createCodecService(
                                new CodecServiceConfig(indexService("i").getIndexSettings(), null, null, List.of())),
                instanceOf(EmbeddingCodecService.class));
    }

    private IndexService indexService(String index) {
        return getInstanceFromNode(IndicesService.class).indexServiceSafe(resolveIndex(index));
    }

    public void testVectorsOfClientsAreSearchedByBothQueries() {
        create("i", "{\"t\":{\"type\":\"text\"},\"v\":{\"type\":\"embedding\",\"dimensions\":3}}");
        for (String vector : List.of("1,0,0", "0,1,0", "0,0,1")) {
            client().prepareIndex("i")
                    .setId(vector)
                    .setSource("{\"t\":\"stones\",\"v\":[" + vector + "]}", XContentType.JSON)
                    .setRefreshPolicy(RefreshPolicy.IMMEDIATE)
                    .get();
        }
        for (String query : List.of(
                "{\"embedding\":{\"field\":\"v\",\"vector\":[0,1,0]}}",
                "{\"hybrid_match\":{\"lexical\":{\"match\":{\"t\":\"stones\"}},"
                        + "\"embedding\":{\"field\":\"v\",\"vector\":[0,1,0]}}}")) {
            SearchResponse found = client().prepareSearch("i")
                    .setQuery(QueryBuilders.wrapperQuery(query))
                    .get();
            assertEquals(query, "0,1,0", found.getHits().getAt(0).getId());
        }
    }

    public void testProcessorsAreRegistered() {
        client().admin()
                .cluster()
                .preparePutPipeline(
                        "p",
                        new BytesArray("{\"processors\":[{\"embedding\":{\"field_map\":{\"a\":\"v\"}}}]}"),
                        XContentType.JSON)
                .get();
        assertEquals(
                "embedding",
                getInstanceFromNode(IngestService.class)
                        .getPipeline("p")
                        .getProcessors()
                        .getFirst()
                        .getType());
        client().admin().cluster().prepareDeletePipeline("p").get();
        Exception e = expectThrows(
                Exception.class,
                () -> client().admin()
                        .cluster()
                        .preparePutPipeline(
                                "q", new BytesArray("{\"processors\":[{\"embedding\":{}}]}"), XContentType.JSON)
                        .get());
        assertThat(e.getMessage(), containsString("[field_map] required property is missing"));
    }
}
