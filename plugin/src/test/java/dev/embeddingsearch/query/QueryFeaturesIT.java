/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.hamcrest.Matchers.containsString;
import static org.opensearch.index.query.QueryBuilders.boolQuery;
import static org.opensearch.index.query.QueryBuilders.wrapperQuery;

import dev.embeddingsearch.EmbeddingSearchPlugin;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.opensearch.action.search.SearchRequestBuilder;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.WriteRequest.RefreshPolicy;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.fetch.subphase.highlight.HighlightBuilder;
import org.opensearch.test.OpenSearchSingleNodeTestCase;

/** What the queries do beside finding documents. */
public class QueryFeaturesIT extends OpenSearchSingleNodeTestCase {

    private static final String INDEX = "features";

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(EmbeddingSearchPlugin.class);
    }

    private void create(String settings) {
        client().admin()
                .indices()
                .prepareCreate(INDEX)
                .setSettings(Settings.builder().loadFromSource(settings, MediaTypeRegistry.JSON))
                .setMapping("""
                        {"properties": {
                          "body": {"type": "text", "term_vector": "with_positions_offsets"}, "part": {"type": "keyword"},
                          "parts": {"type": "nested", "include_in_root": true, "properties": {
                            "meaning": {"type": "embedding", "model_id": "unknown", "dimensions": 2}}},
                          "meaning": {"type": "embedding", "model_id": "unknown", "dimensions": 2},
                          "sense": {"type": "alias", "path": "meaning"}}}""")
                .get();
    }

    private void put(String id, Map<String, Object> document) {
        client().prepareIndex(INDEX)
                .setId(id)
                .setSource(document)
                .setRefreshPolicy(RefreshPolicy.IMMEDIATE)
                .get();
    }

    private void load(String settings) {
        create(settings);
        put("1", Map.of("body", "ice on a lake", "part", "a", "meaning", List.of(1, 0)));
        put("2", Map.of("body", "a loaf of bread", "part", "b", "meaning", List.of(0.6, 0.8)));
        put("3", Map.of("body", "sand", "part", "b", "meaning", List.of(-1, 0)));
    }

    private static QueryBuilder hybrid(String options) {
        return wrapperQuery("{\"hybrid_match\": {\"query\": \"ice\", \"fields\": [\"body\"], \"embedding_field\": "
                + "\"meaning\", \"vector\": [1, 0]" + options + "}}");
    }

    private SearchRequestBuilder search(QueryBuilder query) {
        return client().prepareSearch(INDEX).setQuery(query);
    }

    private static List<String> ids(SearchResponse response) {
        return Arrays.stream(response.getHits().getHits())
                .map(hit -> hit.getId())
                .toList();
    }

    public void testFieldAlias() {
        load("{}");
        QueryBuilder nearest = wrapperQuery("{\"embedding\": {\"field\": \"sense\", \"vector\": [1, 0], \"k\": 2}}");
        assertEquals(List.of("1", "2"), ids(search(nearest).get()));
        QueryBuilder both = wrapperQuery("{\"hybrid_match\": {\"query\": \"ice\", \"fields\": [\"body\"], "
                + "\"embedding_field\": \"sense\", \"vector\": [1, 0], \"k\": 1}}");
        assertEquals(List.of("1"), ids(search(both).get()));
    }

    public void testNumbersAsStrings() {
        load("{}");
        float score =
                search(hybrid(", \"vector_weight\": 0.25")).get().getHits().getMaxScore();
        assertEquals(
                score,
                search(hybrid(", \"vector_weight\": \"0.25\"")).get().getHits().getMaxScore(),
                0);
        assertEquals(
                List.of("1", "2", "3"),
                ids(search(hybrid(", \"fusion\": \"rrf\", \"rank_constant\": \"20\""))
                        .get()));
        Exception e = expectThrows(
                Exception.class,
                () -> search(hybrid(", \"vector_weight\": \"half\"")).get());
        assertThat(
                org.opensearch.ExceptionsHelper.stackTrace(e),
                containsString("[vector_weight] expects a number from 0 to 1, got [half]"));
    }

    public void testRanksInAnIndexWithASmallResultWindow() {
        load("{\"index.max_result_window\": 2}");
        assertEquals(
                List.of("1", "2"),
                ids(search(hybrid(", \"fusion\": \"rrf\"")).setSize(2).get()));
    }

    /** Whether a shard searches the legs itself, as here, or not: what stands inside them is no part of the search. */
    public void testRanksHighlightNothing() {
        load("{\"index.number_of_shards\": 1}");
        for (String type : List.of("fvh", "unified", "plain")) {
            SearchResponse response = search(hybrid(", \"fusion\": \"rrf\""))
                    .highlighter(new HighlightBuilder().field("body").highlighterType(type))
                    .get();
            assertEquals(List.of("1", "2", "3"), ids(response));
            response.getHits().forEach(hit -> assertEquals(type, Map.of(), hit.getHighlightFields()));
        }
    }

    public void testFastVectorHighlighter() {
        load("{}");
        for (String type : List.of("fvh", "unified", "plain")) {
            for (QueryBuilder query : List.of(hybrid(""), boolQuery().must(hybrid("")))) {
                SearchResponse response = search(query)
                        .highlighter(new HighlightBuilder().field("body").highlighterType(type))
                        .get();
                assertEquals(
                        type,
                        "<em>ice</em> on a lake",
                        response.getHits()
                                .getAt(0)
                                .getHighlightFields()
                                .get("body")
                                .fragments()[0]
                                .string());
            }
        }
    }

    public void testExplanationOfADocumentThatIsNoHit() {
        load("{}");
        QueryBuilder query = hybrid(", \"k\": 1");
        String explanation = client().prepareExplain(INDEX, "2")
                .setQuery(query)
                .get()
                .getExplanation()
                .toString();
        assertThat(explanation, containsString("neither a lexical match nor among the nearest vectors"));
        assertThat(explanation, containsString("no matching term"));
        assertThat(explanation, containsString("0.6 = exact similarity with field [meaning]"));
    }

    public void testSecondVectorThatANestedObjectCopies() {
        create("{}");
        Map<String, Object> part = Map.of("meaning", List.of(1, 0));
        Exception e = expectThrows(Exception.class, () -> put("1", Map.of("parts", List.of(part, part))));
        assertThat(
                org.opensearch.ExceptionsHelper.stackTrace(e),
                containsString("[include_in_root] or [include_in_parent]"));
    }
}
