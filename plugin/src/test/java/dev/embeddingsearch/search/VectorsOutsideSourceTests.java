/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import static org.hamcrest.Matchers.containsString;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertAcked;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertNoFailures;

import dev.embeddingsearch.EmbeddingSearchPlugin;
import dev.embeddingsearch.mapper.VectorValue;
import dev.embeddingsearch.source.SplitSourceCodec;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.opensearch.Version;
import org.opensearch.action.search.SearchRequestBuilder;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.WriteRequest.RefreshPolicy;
import org.opensearch.common.lucene.Lucene;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.settings.SettingsException;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.index.engine.Engine;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.shard.IndexShard;
import org.opensearch.index.translog.Translog;
import org.opensearch.indices.IndicesService;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.SearchHit;
import org.opensearch.test.OpenSearchSingleNodeTestCase;

/** Documents stored without their vectors are whole wherever they are read. */
public class VectorsOutsideSourceTests extends OpenSearchSingleNodeTestCase {

    private static final String INDEX = "outside";
    private static final int DIMENSIONS = 32;
    private static final String FIELD = "{\"type\":\"embedding\",\"dimensions\":" + DIMENSIONS + "}";

    private static final boolean LEFT_OUT_BY_DEFAULT = Version.CURRENT.after(Version.V_3_6_0);

    private final Map<String, String> documents = new HashMap<>();

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(EmbeddingSearchPlugin.class);
    }

    private static Settings.Builder outside() {
        return Settings.builder()
                .put("index.embedding.vectors_in_source", false)
                .put("index.codec", randomFrom("default", "lz4", "best_compression", "zlib"));
    }

    private void create(Settings.Builder settings, String root) {
        assertAcked(client().admin()
                .indices()
                .prepareCreate(INDEX)
                .setSettings(settings)
                .setMapping("{" + root + "\"properties\":{\"text\":{\"type\":\"keyword\"},\"rank\":{\"type\":\"long\"},"
                        + "\"v\":" + FIELD + ",\"o\":{\"properties\":{\"v\":" + FIELD + "}},"
                        + "\"parts\":{\"type\":\"nested\",\"properties\":{\"v\":" + FIELD + "}}}}"));
    }

    private static float[] randomVector() {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = randomFloat() * 3 - 1;
        }
        return vector;
    }

    /** In either form. */
    private static String randomValue() {
        float[] vector = randomVector();
        StringBuilder numbers = new StringBuilder();
        for (float number : vector) {
            numbers.append(numbers.isEmpty() ? "[" : ",").append(number);
        }
        return randomBoolean() ? "\"" + VectorValue.encode(vector) + "\"" : numbers + "]";
    }

    private static String document(int id) {
        String text = "{\"text\":\"t" + id + "\",\"rank\":" + id;
        return switch (randomInt(4)) {
            case 0 -> text + "}";
            case 1 ->
                text + ",\"v\":" + randomValue() + ",\"parts\":[{\"v\":" + randomValue() + "},{\"v\":" + randomValue()
                        + "}]}";
            case 2 -> text + ",\"o\":{\"v\":" + randomValue() + ",\"rest\":1.50}}";
            case 3 -> text + ",\"v\":" + randomValue() + ",\"o.v\":" + randomValue() + "}";
            default -> "{\"v\":" + randomValue() + ",\"last\":[]}";
        };
    }

    private void index(int count) {
        for (int i = 0; i < count; i++) {
            String id = Integer.toString(randomInt(count));
            documents.put(id, document(i));
            client().prepareIndex(INDEX)
                    .setId(id)
                    .setSource(documents.get(id), XContentType.JSON)
                    .get();
            if (rarely()) {
                client().admin().indices().prepareRefresh(INDEX).get();
            }
            if (rarely()) {
                client().admin().indices().prepareFlush(INDEX).get();
            }
        }
    }

    private void expectWhole() {
        documents.forEach((id, document) ->
                assertEquals(document, client().prepareGet(INDEX, id).get().getSourceAsString()));
        client().admin().indices().prepareRefresh(INDEX).get();
        SearchResponse all =
                client().prepareSearch(INDEX).setSize(1000).setFetchSource(true).get();
        assertNoFailures(all);
        assertEquals(documents.size(), all.getHits().getHits().length);
        for (SearchHit hit : all.getHits()) {
            assertEquals(documents.get(hit.getId()), hit.getSourceAsString());
        }
    }

    public void testDocumentsAreWhole() throws Exception {
        create(randomBoolean() ? outside() : outside().put("index.sort.field", "rank"), "");
        index(between(20, 80));
        expectWhole();
        client().admin()
                .indices()
                .prepareForceMerge(INDEX)
                .setMaxNumSegments(1)
                .setFlush(true)
                .get();
        expectWhole();
        assertAcked(client().admin().indices().prepareClose(INDEX));
        assertAcked(client().admin().indices().prepareOpen(INDEX));
        ensureGreen(INDEX);
        expectWhole();
    }

    /** What another copy of the shard gets to catch up with, and what a changed document is made from. */
    public void testOperationsAreWhole() throws Exception {
        create(outside(), "");
        index(between(20, 80));
        client().admin().indices().prepareFlush(INDEX).get();
        IndexShard shard = getInstanceFromNode(IndicesService.class)
                .indexServiceSafe(resolveIndex(INDEX))
                .getShard(0);
        Map<String, String> newest = new HashMap<>();
        try (Translog.Snapshot changes = shard.newChangesSnapshot("test", 0, Long.MAX_VALUE, false, true)) {
            for (Translog.Operation change = changes.next(); change != null; change = changes.next()) {
                if (change instanceof Translog.Index index) {
                    newest.put(index.id(), index.source().utf8ToString());
                }
            }
        }
        assertEquals(documents, newest);
    }

    public void testUpdatesKeepVectors() {
        create(outside(), "");
        String vector = VectorValue.encode(randomVector());
        client().prepareIndex(INDEX)
                .setId("1")
                .setSource(Map.of("v", vector, "rank", 1))
                .get();
        for (int rank = 2; rank < 5; rank++) {
            client().admin().indices().prepareFlush(INDEX).setForce(true).get();
            client().prepareUpdate(INDEX, "1").setDoc(Map.of("rank", rank)).get();
            client().admin().indices().prepareRefresh(INDEX).get();
            assertEquals(
                    Map.of("v", vector, "rank", rank),
                    client().prepareGet(INDEX, "1").get().getSourceAsMap());
        }
    }

    public void testSearchesSeeVectorsWhereTheyAsk() {
        create(outside(), "");
        float[] vector = randomVector();
        client().prepareIndex(INDEX)
                .setId("1")
                .setSource(Map.of("text", "t", "o", Map.of("v", VectorValue.encode(vector))))
                .setRefreshPolicy(RefreshPolicy.IMMEDIATE)
                .get();
        SearchHit hit = client().prepareSearch(INDEX)
                .setFetchSource(null, "o.v")
                .addFetchField("o.v")
                .get()
                .getHits()
                .getAt(0);
        assertEquals(Map.of("text", "t", "o", Map.of()), hit.getSourceAsMap());
        assertEquals(DIMENSIONS, hit.field("o.v").getValues().size());
        assertEquals(vector[7], hit.field("o.v").getValues().get(7));
    }

    /** Merges read such documents another way, see the limits in the documentation. */
    public void testMappingThatFiltersTheSource() {
        create(outside(), "\"_source\":{\"excludes\":[\"o.v\"]},");
        String vector = VectorValue.encode(randomVector());
        for (int i = 0; i < 10; i++) {
            client().prepareIndex(INDEX)
                    .setId(Integer.toString(i))
                    .setSource(Map.of("v", vector, "o", Map.of("v", vector)))
                    .get();
            client().admin().indices().prepareFlush(INDEX).get();
        }
        client().admin().indices().prepareForceMerge(INDEX).setMaxNumSegments(1).get();
        client().admin().indices().prepareRefresh(INDEX).get();
        for (int i = 0; i < 10; i++) {
            assertEquals(
                    Map.of("v", vector, "o", Map.of()),
                    client().prepareGet(INDEX, Integer.toString(i)).get().getSourceAsMap());
        }
    }

    public void testSegmentsNameTheirCodec() throws Exception {
        create(LEFT_OUT_BY_DEFAULT && randomBoolean() ? Settings.builder() : outside(), "");
        client().prepareIndex(INDEX)
                .setSource(Map.of("v", VectorValue.encode(randomVector())))
                .get();
        client().admin().indices().prepareRefresh(INDEX).get();
        expectCodecs(Set.of(SplitSourceCodec.NAME));
    }

    public void testSettingIsFixedAtCreation() {
        create(outside(), "");
        assertAcked(client().admin().indices().prepareClose(INDEX));
        Exception e = expectThrows(
                SettingsException.class,
                () -> client().admin()
                        .indices()
                        .prepareUpdateSettings(INDEX)
                        .setSettings(Settings.builder().put("index.embedding.vectors_in_source", true))
                        .get());
        assertThat(e.getMessage(), containsString("final " + INDEX + " setting [index.embedding.vectors_in_source]"));
    }

    public void testCodecCannotBecomeOneThatCannot() {
        create(outside(), "");
        client().prepareIndex(INDEX)
                .setId("1")
                .setSource(Map.of("v", VectorValue.encode(randomVector())))
                .get();
        assertAcked(client().admin().indices().prepareClose(INDEX));
        Exception e = expectThrows(
                Exception.class,
                () -> client().admin()
                        .indices()
                        .prepareUpdateSettings(INDEX)
                        .setSettings(Settings.builder().put("index.codec", "lucene_default"))
                        .get());
        assertThat(
                Objects.requireNonNullElse(e.getCause(), e).getMessage(),
                containsString("[index.codec] [lucene_default]: documents are stored without vectors"));
    }

    /** As by default. */
    public void testCodecMayBecomeOneThatStoresVectors() throws Exception {
        create(Settings.builder(), "");
        index(between(10, 30));
        client().admin().indices().prepareFlush(INDEX).get();
        assertAcked(client().admin().indices().prepareClose(INDEX));
        assertAcked(client().admin()
                .indices()
                .prepareUpdateSettings(INDEX)
                .setSettings(Settings.builder().put("index.codec", "lucene_default")));
        assertAcked(client().admin().indices().prepareOpen(INDEX));
        ensureGreen(INDEX);
        index(between(10, 30));
        expectWhole();
        client().admin().indices().prepareForceMerge(INDEX).setMaxNumSegments(1).get();
        expectWhole();
    }

    /** By default, an index without vectors can be opened without the plugin. */
    public void testFieldAddedToAnOpenIndex() throws Exception {
        assumeTrue("vectors are in documents by default", LEFT_OUT_BY_DEFAULT);
        assertAcked(client().admin().indices().prepareCreate(INDEX));
        client().prepareIndex(INDEX)
                .setId("before")
                .setSource(Map.of("text", "t"))
                .get();
        documents.put("before", "{\"text\":\"t\"}");
        assertAcked(client().admin()
                .indices()
                .preparePutMapping(INDEX)
                .setSource("""
                {"properties": {"v": %s, "o": {"properties": {"v": %s}},
                    "parts": {"type": "nested", "properties": {"v": %s}}}}
                """.formatted(FIELD, FIELD, FIELD), XContentType.JSON));
        index(between(5, 20));
        expectWhole();
        expectCodecs(Set.of("Lucene104"));
        assertAcked(client().admin().indices().prepareClose(INDEX));
        assertAcked(client().admin().indices().prepareOpen(INDEX));
        ensureGreen(INDEX);
        index(between(5, 20));
        expectWhole();
        client().admin().indices().prepareForceMerge(INDEX).setMaxNumSegments(1).get();
        expectWhole();
        expectCodecs(Set.of(SplitSourceCodec.NAME));
    }

    private void expectCodecs(Set<String> names) throws Exception {
        IndexShard shard = getInstanceFromNode(IndicesService.class)
                .indexService(resolveIndex(INDEX))
                .getShard(0);
        try (Engine.Searcher searcher = shard.acquireSearcher("test")) {
            Set<String> found = searcher.getIndexReader().leaves().stream()
                    .map(leaf -> Lucene.segmentReader(leaf.reader())
                            .getSegmentInfo()
                            .info
                            .getCodec()
                            .getName())
                    .collect(Collectors.toSet());
            assertEquals(names, found);
        }
    }

    private static SearchHit only(SearchRequestBuilder search) {
        SearchResponse response = search.get();
        assertNoFailures(response);
        return response.getHits().getAt(0);
    }

    private SearchRequestBuilder search() {
        return client().prepareSearch(INDEX);
    }

    /** Filters remove vectors that are not put back for them; whatever else reads a document gets it whole. */
    public void testFiltersOfSourceAndOtherReaders() {
        create(randomBoolean() ? outside() : Settings.builder(), "");
        String vector = VectorValue.encode(randomVector());
        documents.put("1", "{\"text\":\"t\",\"v\":\"" + vector + "\",\"o.v\":\"" + vector + "\",\"o\":{\"rest\":1.5}}");
        client().prepareIndex(INDEX)
                .setId("1")
                .setSource(documents.get("1"), XContentType.JSON)
                .setRefreshPolicy(RefreshPolicy.IMMEDIATE)
                .get();
        Map<String, Object> without = Map.of("text", "t", "o", Map.of("rest", 1.5));
        String[] both = {"v", "o.v"};
        for (int i = 0; i < 3; i++) {
            assertEquals(without, only(search().setFetchSource(null, both)).getSourceAsMap());
            assertEquals(
                    Map.of("text", "t"),
                    only(search().setFetchSource("text", null)).getSourceAsMap());
            assertEquals(
                    Set.of("text", "v", "o"),
                    only(search().setFetchSource(null, "o.v")).getSourceAsMap().keySet());
            assertEquals(
                    vector,
                    only(search().setFetchSource("v", null)).getSourceAsMap().get("v"));
            assertEquals(
                    vector,
                    only(search().setFetchSource("*v", null)).getSourceAsMap().get("o.v"));
            SearchHit fields = only(search().setFetchSource(null, both).addFetchField("v"));
            assertEquals(without, fields.getSourceAsMap());
            assertEquals(DIMENSIONS, fields.field("v").getValues().size());
            assertEquals(documents.get("1"), only(search()).getSourceAsString());
            assertEquals(
                    documents.get("1"), client().prepareGet(INDEX, "1").get().getSourceAsString());
        }
    }

    public void testIndexWithoutSuchFieldsMayHaveAnyCodec() {
        assertAcked(client().admin()
                .indices()
                .prepareCreate(INDEX)
                .setSettings(outside().put("index.codec", "Lucene104")));
        ensureGreen(INDEX);
        client().prepareIndex(INDEX).setId("1").setSource(Map.of("text", "t")).get();
        client().admin().indices().prepareFlush(INDEX).get();
        assertEquals(Map.of("text", "t"), client().prepareGet(INDEX, "1").get().getSourceAsMap());
    }

    public void testCodecsThatCannotAreRefused() {
        Exception e = expectThrows(
                MapperParsingException.class, () -> create(outside().put("index.codec", "lucene_default"), ""));
        assertThat(
                e.getMessage(),
                containsString(
                        "cannot be in an index with [index.embedding.vectors_in_source] [false] and [index.codec]"
                                + " [lucene_default]"));
    }
}
