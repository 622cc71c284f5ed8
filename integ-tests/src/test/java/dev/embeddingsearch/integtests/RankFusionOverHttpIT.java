/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.testkit.Reply;
import java.util.ArrayList;
import java.util.List;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;

/** {@code hybrid_match} with the fusion of ranks: its text embedded once, its two searches told by nothing but the ranks. */
public class RankFusionOverHttpIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String INDEX = "ranked";
    private static final String RANKED = """
            {"hybrid_match": {"query": "curling stones", "fields": ["title", "body"], "embedding_field": "meaning",
             "fusion": "rrf", "rank_constant": 5, "vector_weight": 0.4, "k": 12}}""";

    private final Http http = NODE.http();

    @BeforeClass
    public static void index() {
        Topics.create(NODE.http(), INDEX);
    }

    @Before
    public void restore() {
        NODE.restore();
        NODE.service().reset();
    }

    private Answer query(String query) {
        return http.search(INDEX, "{\"size\": 30, \"query\": " + query + "}");
    }

    private static double worth(double weight, List<String> ids, String id) {
        int place = ids.indexOf(id);
        return place < 0 || place >= 12 ? 0 : weight * 6 / (5 + place + 1);
    }

    @Test
    public void testScoresAreThoseOfTheRanksAndTheTextIsEmbeddedOnce() {
        Answer ranked = query(RANKED);
        assertEquals(1, NODE.service().calls().size());
        List<String> words = query(
                        "{\"multi_match\": {\"query\": \"curling stones\", \"fields\": [\"title\", \"body\"]}}")
                .ids();
        List<String> near = query("{\"embedding_similarity\": {\"query\": "
                        + Topics.EMBEDDING.replace("\"k\": 10", "\"k\": 12") + "}}")
                .ids();
        assertEquals(12, ranked.total());
        List<Double> scores = new ArrayList<>();
        ranked.ids().forEach(id -> scores.add(worth(0.6, words, id) + worth(0.4, near, id)));
        for (int i = 0; i < scores.size(); i++) {
            assertEquals(scores.toString(), scores.get(i), ranked.scores().get(i), 1e-6);
        }
        assertEquals(Topics.CURLING, Topics.of(ranked.ids().get(0)));
    }

    @Test
    public void testInsideBoolWithAnAggregation() {
        Answer found = http.search(
                INDEX,
                "{\"query\": {\"bool\": {\"must\": " + RANKED + ", \"filter\": {\"term\": {\"topic\": \"curling\"}}}},"
                        + " \"aggs\": {\"topics\": {\"terms\": {\"field\": \"topic\"}}}}");
        assertEquals(10, found.total());
        assertEquals(10, found.at("/aggregations/topics/buckets/0/doc_count").asInt());
    }

    @Test
    public void testLegsKnowFieldsThatOnlyTheRequestDefines() {
        String ranked = RANKED.replace("\"k\": 12", "\"k\": 12, \"filter\": {\"term\": {\"remainder\": 1}}");
        Answer found = http.search(INDEX, """
                {"size": 30, "query": %s, "derived": {"remainder": {"type": "long",
                 "script": {"source": "emit(doc['year'].value %% 3)"}}}}""".formatted(ranked));
        assertEquals(10, found.total());
        found.hits().forEach(hit -> assertEquals(1, hit.at("/_source/year").asInt() % 3));
    }

    @Test
    public void testCountsExplainsAndValidates() {
        String body = "{\"query\": " + RANKED + "}";
        assertEquals(
                12, http.post(INDEX + "/_count", body).expect(200).at("/count").asInt());
        Answer best = query(RANKED);
        Answer explained =
                http.post(INDEX + "/_explain/" + best.ids().get(0), body).expect(200);
        assertEquals(best.scores().get(0), explained.at("/explanation/value").asDouble(), 1e-6);
        assertTrue(explained.toString(), explained.at("/matched").asBoolean());
        assertTrue(http.post(INDEX + "/_validate/query", body)
                .expect(200)
                .at("/valid")
                .asBoolean());
    }

    @Test
    public void testFilteredAliasRanksOnlyItsDocuments() {
        http.post("_aliases", """
                {"actions": [{"add": {"index": "ranked", "alias": "players", "filter": {"term": {"topic": "chess"}}}}]}
                """).expect(200);
        Answer found = http.search("players", "{\"query\": " + RANKED + "}");
        found.ids().forEach(id -> assertEquals(Topics.CHESS, Topics.of(id)));
    }

    @Test
    public void testDataStream() {
        http.put("_index_template/streams", """
                {"index_patterns": ["stream-*"], "data_stream": {}, "template": {"mappings": {"properties": {
                    "title": {"type": "text"},
                    "meaning": {"type": "embedding", "dimensions": 256, "source_fields": ["title"]}}}}}
                """).expect(200);
        for (String title : List.of("curling stones", "boat oars")) {
            http.post(
                            "stream-1/_doc?refresh=true",
                            "{\"@timestamp\": \"2026-01-01T00:00:00Z\", \"title\": \"" + title + "\"}")
                    .expect(201);
        }
        Answer found = http.search("stream-1", "{\"query\": " + RANKED.replace(", \"body\"", "") + "}");
        assertEquals("curling stones", found.at("/hits/hits/0/_source/title").asText());
        assertEquals(1, found.scores().get(0), 1e-6);
    }

    @Test
    public void testPipelineOfTheSearchDoesNotTouchTheLegs() {
        http.put("_search/pipeline/few", """
                {"response_processors": [{"truncate_hits": {"target_size": 2}}]}
                """).expect(200);
        Answer few = http.post(INDEX + "/_search?search_pipeline=few", "{\"query\": " + RANKED + "}")
                .expect(200);
        assertEquals(query(RANKED).ids().subList(0, 2), few.ids());
        assertEquals(12, few.total());
    }

    @Test
    public void testTextThatCannotBeEmbeddedLeavesTheWords() {
        NODE.settings("default.max_retries", 0).expect(200);
        NODE.service().script(call -> Reply.error(500, "server_error", "down"));
        String failing = RANKED.replace("curling stones", "rowing boat");
        http.post(INDEX + "/_search", "{\"query\": " + failing + "}").expectError(503, "down");
        Answer found = query(failing.replace("\"k\": 12", "\"k\": 12, \"on_embedding_failure\": \"lexical\""));
        assertEquals(
                List.of("the query could not be embedded (status 503): the result is that of its lexical leg alone"),
                found.warnings());
        assertEquals(10, found.total());
        assertEquals(
                "the list of the words has the whole weight", 1, found.scores().get(0), 1e-6);
        found.ids().forEach(id -> assertEquals(Topics.ROWING, Topics.of(id)));
    }

    @Test
    public void testStoredQueryIsRefused() {
        http.put("stored", """
                {"mappings": {"properties": {"query": {"type": "percolator"}, "title": {"type": "text"},
                    "meaning": {"type": "embedding", "dimensions": 256}}}}
                """).expect(200);
        String given =
                RANKED.replace("\"k\": 12", "\"k\": 12, \"vector\": \"" + Articles.vectorOf("curling stones") + "\"");
        assertNotEquals(RANKED, given);
        http.put("stored/_doc/1", "{\"query\": " + given + "}")
                .expectError(
                        400,
                        "the legs of [hybrid_match] were not ranked: [fusion] [rrf] works in searches, not where queries are"
                                + " stored or rewritten on a shard alone; use [score] there");
    }
}
