/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertAcked;
import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertNoFailures;

import dev.embeddingsearch.EmbeddingSearchPlugin;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.search.join.ScoreMode;
import org.opensearch.action.search.SearchRequestBuilder;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.WriteRequest.RefreshPolicy;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.index.query.InnerHitBuilder;
import org.opensearch.index.query.NestedQueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.SearchHit;
import org.opensearch.search.collapse.CollapseBuilder;
import org.opensearch.search.fetch.subphase.FetchSourceContext;
import org.opensearch.search.fetch.subphase.highlight.HighlightBuilder;
import org.opensearch.test.OpenSearchSingleNodeTestCase;

/**
 * A search that says nothing about the source gets it without the vectors that can be made again; every other gets what it
 * asks for.
 */
public class HitsWithoutVectorsTests extends OpenSearchSingleNodeTestCase {

    private static final String INDEX = "hits";
    private static final String DOCUMENT = """
            {"text": "ice and stones", "group": "a", "kept": 7, "v": [3, 4], "o": {"v": "AACAPwAAAAA=", "w": 1}, "own": [5, 6],
             "parts": [{"name": "one", "v": [1, 0]}, {"name": "two", "v": [0, 1]}]}""";

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(EmbeddingSearchPlugin.class);
    }

    /** Nothing is embedded: the documents come with their vectors and without the texts of these. */
    @Override
    protected Settings nodeSettings() {
        return Settings.builder()
                .put(super.nodeSettings())
                .put("cluster.ingest.system_pipeline_enabled", false)
                .build();
    }

    private void create(String source) {
        Settings settings = Settings.builder()
                .put("index.embedding.vectors_in_source", true) // as it was sent, byte for byte
                .build();
        assertAcked(client().admin()
                .indices()
                .prepareCreate(INDEX)
                .setSettings(settings)
                .setMapping("""
                {%s "properties": {
                  "text": {"type": "text"}, "group": {"type": "keyword"}, "kept": {"type": "long", "store": true},
                  "v": {"type": "embedding", "dimensions": 2, "source_fields": ["absent"]},
                  "o": {"properties": {"v": {"type": "embedding", "dimensions": 2, "source_fields": "absent"}}},
                  "own": {"type": "embedding", "dimensions": 2},
                  "parts": {"type": "nested", "properties": {
                    "name": {"type": "keyword"}, "v": {"type": "embedding", "dimensions": 2}}}}}
                """.formatted(source)));
        client().prepareIndex(INDEX)
                .setId("1")
                .setSource(DOCUMENT, XContentType.JSON)
                .setRefreshPolicy(RefreshPolicy.IMMEDIATE)
                .get();
    }

    private static SearchHit only(SearchRequestBuilder search) {
        SearchResponse response = search.get();
        assertNoFailures(response);
        assertEquals(1, response.getHits().getHits().length);
        return response.getHits().getAt(0);
    }

    private SearchRequestBuilder search() {
        return client().prepareSearch(INDEX);
    }

    private static void expectOnlyOwnVectors(SearchHit hit) {
        Map<String, Object> source = hit.getSourceAsMap();
        assertEquals(Set.of("text", "group", "kept", "o", "own", "parts"), source.keySet());
        assertEquals(Map.of("w", 1), source.get("o"));
        assertEquals("a vector of the user's own", List.of(5, 6), source.get("own"));
        assertEquals(
                List.of(Map.of("name", "one", "v", List.of(1, 0)), Map.of("name", "two", "v", List.of(0, 1))),
                source.get("parts"));
    }

    public void testSearchThatSaysNothing() {
        create("");
        expectOnlyOwnVectors(only(search()));
        expectOnlyOwnVectors(only(search().setQuery(QueryBuilders.matchQuery("text", "ice"))
                .highlighter(new HighlightBuilder().field("text").highlighterType(randomFrom("unified", "plain")))));
    }

    public void testWhatSearchesAskForTheyGet() {
        create("");
        assertEquals(DOCUMENT, only(search().setFetchSource(true)).getSourceAsString());
        assertNull(only(search().setFetchSource(false)).getSourceAsString());
        assertEquals(
                Map.of("v", List.of(3, 4)),
                only(search().setFetchSource("v", (String) null)).getSourceAsMap());
        assertEquals(
                Set.of("v", "o", "own", "parts"),
                only(search().setFetchSource((String[]) null, new String[] {"text", "group", "kept"}))
                        .getSourceAsMap()
                        .keySet());
    }

    public void testFieldsAreReadFromTheWholeDocument() {
        create("");
        SearchHit hit = only(search().addFetchField("v").addFetchField("o.v"));
        expectOnlyOwnVectors(hit);
        assertEquals(List.of(3f, 4f), hit.field("v").getValues());
        assertEquals(List.of(1f, 0f), hit.field("o.v").getValues());
    }

    public void testStoredFieldsStillReturnNoSource() {
        create("");
        SearchHit hit = only(search().addStoredField("kept"));
        assertEquals(Long.valueOf(7), hit.field("kept").getValue());
        assertFalse(hit.hasSource());
        assertEquals(
                "asked for by its name",
                DOCUMENT,
                only(search().addStoredField("_source")).getSourceAsString());
    }

    public void testInnerHits() {
        create("");
        InnerHitBuilder plain = new InnerHitBuilder("plain");
        InnerHitBuilder asked = new InnerHitBuilder("asked").setFetchSourceContext(FetchSourceContext.FETCH_SOURCE);
        SearchHit hit = only(search().setQuery(QueryBuilders.boolQuery()
                .must(parts("one").innerHit(plain))
                .must(parts("two").innerHit(asked))));
        expectOnlyOwnVectors(hit);
        assertEquals(
                Map.of("name", "one", "v", List.of(1, 0)),
                hit.getInnerHits().get("plain").getAt(0).getSourceAsMap());
        assertEquals(
                Map.of("name", "two", "v", List.of(0, 1)),
                hit.getInnerHits().get("asked").getAt(0).getSourceAsMap());
    }

    private static NestedQueryBuilder parts(String name) {
        return QueryBuilders.nestedQuery("parts", QueryBuilders.termQuery("parts.name", name), ScoreMode.Avg);
    }

    public void testGroupsOfCollapsedHits() {
        create("");
        SearchHit hit =
                only(search().setCollapse(new CollapseBuilder("group").setInnerHits(new InnerHitBuilder("group"))));
        expectOnlyOwnVectors(hit);
        expectOnlyOwnVectors(hit.getInnerHits().get("group").getAt(0));
    }

    public void testScrollAndMultiSearch() {
        create("");
        SearchResponse page =
                search().setScroll(TimeValue.timeValueMinutes(1)).setSize(1).get();
        expectOnlyOwnVectors(page.getHits().getAt(0));
        client().prepareClearScroll().addScrollId(page.getScrollId()).get();
        expectOnlyOwnVectors(client().prepareMultiSearch()
                .add(search())
                .get()
                .getResponses()[0]
                .getResponse()
                .getHits()
                .getAt(0));
    }

    public void testGetReturnsTheWholeDocument() {
        create("");
        assertEquals(DOCUMENT, client().prepareGet(INDEX, "1").get().getSourceAsString());
    }

    public void testIndexMayHaveVectorsInHits() {
        create("");
        setVectorsInHits(true);
        assertEquals(DOCUMENT, only(search()).getSourceAsString());
        setVectorsInHits(null);
        expectOnlyOwnVectors(only(search()));
    }

    private void setVectorsInHits(Boolean value) {
        Settings.Builder settings = Settings.builder();
        String key = HitsWithoutVectors.VECTORS_IN_HITS.getKey();
        assertAcked(client().admin()
                .indices()
                .prepareUpdateSettings(INDEX)
                .setSettings(value == null ? settings.putNull(key) : settings.put(key, value)));
    }

    public void testFieldsMappedLater() {
        create("");
        expectOnlyOwnVectors(only(search()));
        assertAcked(client().admin().indices().preparePutMapping(INDEX).setSource("""
                {"properties": {"late": {"type": "embedding", "dimensions": 2, "source_fields": ["absent"]}}}""", XContentType.JSON));
        client().prepareUpdate(INDEX, "1")
                .setDoc("{\"late\": [1, 2]}", XContentType.JSON)
                .setRefreshPolicy(RefreshPolicy.IMMEDIATE)
                .get();
        expectOnlyOwnVectors(only(search()));
    }

    public void testIndexWithoutSource() {
        create("\"_source\": {\"enabled\": false},");
        SearchHit hit = only(search());
        assertFalse(hit.hasSource());
        assertEquals("1", hit.getId());
    }
}
