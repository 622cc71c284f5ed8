/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;

/** Queries in rarer places: nested documents, filter aggregations, search pipelines, stored queries. */
public class QueryPlacesIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String HYBRID = """
            {"hybrid_match": {"query": "curling stones", "fields": ["title", "body"], "embedding_field": "meaning"}}""";

    private final Http http = NODE.http();

    @Before
    public void restore() {
        NODE.restore();
    }

    private void sports(String index) {
        Articles.create(http, index, 2);
        http.bulk(index + "/_bulk", """
                {"index": {"_id": "curling"}}
                {"title": "curling", "body": "stones ice", "topic": "winter"}
                {"index": {"_id": "rowing"}}
                {"title": "rowing", "body": "boat oars", "topic": "summer"}
                """).expectAllItems();
    }

    @Test
    public void testNestedDocumentsCarryVectorsOfTheirOwn() {
        http.put("chapters", """
                {"mappings": {"properties": {"parts": {"type": "nested", "properties": {
                    "text": {"type": "text"}, "vector": {"type": "embedding", "dimensions": 256}}}}}}
                """).expect(200);
        http.put("chapters/_doc/1?refresh=true", """
                {"parts": [{"text": "stones ice", "vector": "%s"}, {"text": "boat oars", "vector": "%s"}]}
                """.formatted(
                                Articles.vectorOf("stones ice"), Articles.vectorOf("boat oars")))
                .expect(201);
        Answer found = http.search("chapters", """
                {"query": {"nested": {"path": "parts", "score_mode": "max", "inner_hits": {},
                    "query": {"hybrid_match": {"query": "boat", "fields": ["parts.text"], "embedding_field": "parts.vector"}}}}}
                """);
        assertEquals(List.of("1"), found.hits().findValuesAsText("_id").subList(0, 1));
        assertEquals(
                "boat oars",
                found.at("/hits/hits/0/inner_hits/parts/hits/hits/0/_source/text")
                        .asText());
        assertEquals(1, NODE.service().calls().size());
    }

    @Test
    public void testInsideAFilterAggregation() {
        sports("aggregated");
        Answer found = http.search("aggregated", """
                {"size": 0, "aggs": {"near": {"filter": {"embedding": {"field": "meaning", "text": "curling", "k": 1,
                    "min_similarity": 0.2}}, "aggs": {"topics": {"terms": {"field": "topic"}}}}}}
                """);
        assertEquals(1, found.at("/aggregations/near/doc_count").asInt());
        assertEquals(
                "winter", found.at("/aggregations/near/topics/buckets/0/key").asText());
    }

    @Test
    public void testInsideASearchPipeline() {
        sports("piped");
        http.put("_search/pipeline/near", """
                {"request_processors": [{"filter_query": {"query":
                    {"embedding": {"field": "meaning", "text": "boat oars", "k": 1, "min_similarity": 0.2}}}}]}
                """).expect(200);
        assertEquals(2, http.search("piped", "{\"query\": {\"match_all\": {}}}").total());
        Answer filtered = http.post("piped/_search?search_pipeline=near", "{\"query\": {\"match_all\": {}}}")
                .expect(200);
        assertEquals(List.of("rowing"), filtered.ids());
        http.delete("_search/pipeline/near").expect(200);
    }

    @Test
    public void testOneCallServesSeveralIndices() {
        sports("first");
        sports("second");
        http.put("unmapped/_doc/1?refresh=true", "{\"title\": \"curling\"}").expect(201);
        http.put(
                        "bystander",
                        "{\"mappings\": {\"properties\": {\"meaning\": {\"type\": \"embedding\", \"dimensions\": 3}}}}")
                .expect(200);
        NODE.service().reset();
        Answer found = http.search("first,second,unmapped", "{\"query\": " + HYBRID + "}");
        assertEquals(1, NODE.service().calls().size());
        assertEquals("curling", found.ids().get(0));
        assertEquals(5, found.total());
    }

    @Test
    public void testStoredQueryNeedsItsVector() {
        http.put("stored", """
                {"mappings": {"properties": {"query": {"type": "percolator"}, "title": {"type": "text"},
                    "meaning": {"type": "embedding", "dimensions": 256}}}}
                """).expect(200);
        Answer refused =
                http.put("stored/_doc/1", "{\"query\": {\"embedding\": {\"field\": \"meaning\", \"text\": \"a\"}}}");
        refused.expectError(
                400,
                "the text of [embedding] on field [meaning] was not embedded: this query works in searches, not where queries"
                        + " are stored or rewritten on a shard alone; give its [vector] there");
    }

    @Test
    public void testDocumentIsPercolatedWithoutAGraph() {
        http.put("alerts", """
                {"mappings": {"properties": {"query": {"type": "percolator"},
                    "meaning": {"type": "embedding", "dimensions": 2, "source_fields": []}}}}
                """).expect(200);
        http.put("alerts/_doc/1?refresh=true", """
                {"query": {"embedding": {"field": "meaning", "vector": [1, 0], "min_similarity": 0.5}}}
                """).expect(201);
        for (String vector : List.of("[0.9, 0.1]", "[-1, 0]")) {
            Answer found = http.search(
                    "alerts",
                    "{\"query\": {\"percolate\": {\"field\": \"query\", \"document\": " + "{\"meaning\": " + vector
                            + "}}}}");
            assertEquals(vector.startsWith("[0") ? 1 : 0, found.total());
        }
    }

    @Test
    public void testFastVectorHighlighterTakesAHighlightQuery() {
        http.put("vectored", """
                {"mappings": {"properties": {
                    "title": {"type": "text", "term_vector": "with_positions_offsets"},
                    "meaning": {"type": "embedding", "dimensions": 256, "source_fields": ["title"]}}}}
                """).expect(200);
        http.put("vectored/_doc/1?refresh=true", "{\"title\": \"curling stones\"}")
                .expect(201);
        Answer found = http.search("vectored", """
                {"query": {"hybrid_match": {"query": "curling", "fields": ["title"], "embedding_field": "meaning"}},
                 "highlight": {"type": "fvh", "fields": {"title": {"highlight_query": {"match": {"title": "curling"}}}}}}
                """);
        assertEquals(
                "<em>curling</em> stones",
                found.at("/hits/hits/0/highlight/title/0").asText());
    }
}
