/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static dev.embeddingsearch.integtests.Topics.EMBEDDING;
import static dev.embeddingsearch.integtests.Topics.HYBRID;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.testkit.Base64Vector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;

/** Both queries are ordinary ones: alone, inside other queries, with filters, and with what they are given in other forms. */
public class QueryCompositionIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String INDEX = "composed";

    private final Http http = NODE.http();

    @BeforeClass
    public static void index() {
        Topics.create(NODE.http(), INDEX);
    }

    @Before
    public void restore() {
        NODE.restore();
    }

    private Answer search(String body) {
        return http.search(INDEX, body);
    }

    private Answer query(String query) {
        return search("{\"size\": 30, \"query\": " + query + "}");
    }

    private static void expectDescending(Answer answer) {
        List<Double> scores = answer.scores();
        List<Double> sorted = new ArrayList<>(scores);
        sorted.sort((a, b) -> Double.compare(b, a));
        assertEquals(sorted, scores);
        assertTrue(scores.toString(), scores.get(0) <= 1 && scores.get(scores.size() - 1) >= 0);
    }

    @Test
    public void testBothQueriesRankTheTopicFirst() {
        for (String query : List.of(HYBRID, EMBEDDING)) {
            Answer found = query(query);
            expectDescending(found);
            found.ids().subList(0, 10).forEach(id -> assertEquals(Topics.CURLING, Topics.of(id)));
        }
    }

    @Test
    public void testOneCallEmbedsTheQueryForAllShards() {
        NODE.service().reset();
        query(HYBRID);
        assertEquals(1, NODE.service().calls().size());
        assertEquals(List.of("curling stones"), NODE.service().inputs());
    }

    @Test
    public void testDeepInOtherQueriesItStillIsOneCall() {
        NODE.service().reset();
        query("{\"bool\": {\"must\": [{\"constant_score\": {\"filter\": {\"bool\": {\"should\": [" + EMBEDDING
                + "]}}}}]}}");
        assertEquals(1, NODE.service().calls().size());
    }

    @Test
    public void testScoresAreThoseOfOneShardUnderDfs() {
        Answer direct = http.post(
                        INDEX + "/_search?search_type=dfs_query_then_fetch",
                        "{\"size\": 30, \"query\": " + HYBRID + "}")
                .expect(200);
        expectDescending(direct);
        assertEquals(query(HYBRID).ids().size(), direct.ids().size());
    }

    @Test
    public void testInsideBool() {
        Answer found =
                query("{\"bool\": {\"must\": [" + HYBRID + "], \"filter\": {\"range\": {\"year\": {\"lt\": 2015}}},"
                        + " \"must_not\": {\"term\": {\"year\": 2000}}}}");
        assertFalse(found.ids().isEmpty());
        found.ids().forEach(id -> assertTrue(Integer.parseInt(id) > 0 && Integer.parseInt(id) < 15));
        Answer should = query("{\"bool\": {\"should\": [" + HYBRID + ", {\"term\": {\"year\": 2001}}]}}");
        assertEquals("1", should.ids().get(0));
    }

    @Test
    public void testAsAFilter() {
        Answer found = query("{\"bool\": {\"filter\": " + EMBEDDING + "}}");
        assertEquals(new HashSet<>(query(EMBEDDING).ids()), new HashSet<>(found.ids()));
        assertEquals(0, found.scores().get(0), 0);
    }

    @Test
    public void testInsideConstantScore() {
        Answer found = query("{\"constant_score\": {\"filter\": " + HYBRID + ", \"boost\": 3}}");
        assertEquals(query(HYBRID).total(), found.total());
        assertEquals(3, found.scores().get(0), 0);
    }

    @Test
    public void testInsideFunctionScore() {
        double plain = query(HYBRID).scores().get(0);
        Answer found = query("{\"function_score\": {\"query\": " + HYBRID
                + ", \"functions\": [{\"weight\": 5}], \"boost_mode\": \"multiply\"}}");
        assertEquals(5 * plain, found.scores().get(0), 1e-4);
    }

    @Test
    public void testInsideDisMax() {
        double plain = query(HYBRID).scores().get(0);
        Answer found = query("{\"dis_max\": {\"queries\": [" + HYBRID + ", {\"constant_score\": {\"filter\": {\"term\":"
                + " {\"year\": 2001}}, \"boost\": 9}}]}}");
        assertEquals("1", found.ids().get(0));
        assertEquals(plain, found.scores().get(1), 1e-5);
    }

    @Test
    public void testInsideBoostingAndScriptScore() {
        double plain = query(HYBRID).scores().get(0);
        Answer scripted =
                query("{\"script_score\": {\"query\": " + HYBRID + ", \"script\": {\"source\": \"_score + 1\"}}}");
        assertEquals(plain + 1, scripted.scores().get(0), 1e-4);
        Answer boosting = query("{\"boosting\": {\"positive\": " + HYBRID
                + ", \"negative\": {\"match_all\": {}}, \"negative_boost\": 0.5}}");
        assertEquals(plain / 2, boosting.scores().get(0), 1e-4);
    }

    @Test
    public void testBoostMultiplies() {
        double plain = query(EMBEDDING).scores().get(0);
        Answer found = query(EMBEDDING.replace("\"k\": 10", "\"k\": 10, \"boost\": 2"));
        assertEquals(2 * plain, found.scores().get(0), 1e-4);
    }

    @Test
    public void testSearchTemplate() {
        Answer found = http.post(INDEX + "/_search/template", """
                {"source": {"query": {"hybrid_match": {"query": "{{text}}", "fields": ["title"], "embedding_field": "meaning"}}},
                 "params": {"text": "chess king"}}
                """).expect(200);
        assertEquals(Topics.CHESS, Topics.of(found.ids().get(0)));
    }

    @Test
    public void testFilteredAlias() {
        http.post("_aliases", """
                {"actions": [{"add": {"index": "composed", "alias": "rowers", "filter": {"term": {"topic": "rowing"}}}}]}
                """).expect(200);
        for (String query : List.of(HYBRID, EMBEDDING)) {
            Answer found = http.search("rowers", "{\"size\": 30, \"query\": " + query + "}");
            found.ids().forEach(id -> assertEquals(Topics.ROWING, Topics.of(id)));
        }
        String filter = "\"filter\": {\"term\": {\"topic\": \"rowing\"}}, ";
        for (String query : List.of(HYBRID, EMBEDDING)) {
            String inside = query.replace("\": {\"query\"", "\": {" + filter + "\"query\"")
                    .replace("\": {\"field\"", "\": {" + filter + "\"field\"");
            Answer expected = query(inside);
            Answer found = http.search("rowers", "{\"size\": 30, \"query\": " + query + "}");
            assertTrue("as many as match", expected.total() >= 10);
            assertEquals(expected.total(), found.total());
            assertEquals(expected.ids(), found.ids());
            assertEquals(expected.scores(), found.scores());
        }
    }

    @Test
    public void testFilterOfTheQuery() {
        String filter = "\"filter\": {\"term\": {\"topic\": \"chess\"}}, ";
        for (String query : List.of(HYBRID, EMBEDDING)) {
            String filtered = query.replace("\": {\"query\"", "\": {" + filter + "\"query\"")
                    .replace("\": {\"field\"", "\": {" + filter + "\"field\"");
            assertNotEquals(query, filtered);
            Answer found = query(filtered);
            assertEquals(10, found.total());
            found.ids().forEach(id -> assertEquals(Topics.CHESS, Topics.of(id)));
        }
    }

    @Test
    public void testPostFilter() {
        Answer found = search(
                "{\"size\": 30, \"query\": " + HYBRID + ", \"post_filter\": {\"term\": {\"topic\": \"chess\"}}}");
        found.ids().forEach(id -> assertEquals(Topics.CHESS, Topics.of(id)));
    }

    @Test
    public void testVectorsAsArrayAndBase64AreTheSameQuery() {
        String base64 = Articles.vectorOf("curling stones");
        List<String> numbers = new ArrayList<>();
        for (float value : Base64Vector.read(base64)) {
            numbers.add(Float.toString(value));
        }
        String byVector = "{\"embedding\": {\"field\": \"meaning\", \"k\": 10, \"vector\": %s}}";
        NODE.service().reset();
        Answer array = query(byVector.formatted(numbers));
        Answer string = query(byVector.formatted("\"" + base64 + "\""));
        assertEquals(List.of(), NODE.service().calls());
        assertEquals(query(EMBEDDING).scores(), array.scores());
        assertEquals(array.scores(), string.scores());
    }

    @Test
    public void testExactAndMinSimilarity() {
        Answer exact = query(EMBEDDING.replace("\"k\": 10", "\"k\": 10, \"exact\": true"));
        assertEquals(query(EMBEDDING).scores(), exact.scores());
        Answer similar = query(EMBEDDING.replace("\"k\": 10", "\"k\": 10, \"min_similarity\": 0.3"));
        assertEquals(10, similar.total());
    }

    @Test
    public void testDeleteByQuery() {
        Articles.create(http, "deleting", 1);
        http.bulk("deleting/_bulk", """
                {"index": {"_id": "near"}}
                {"title": "curling", "body": "stones"}
                {"index": {"_id": "far"}}
                {"title": "chess", "body": "king"}
                """).expectAllItems();
        String nearest = EMBEDDING.replace("\"k\": 10", "\"k\": 1");
        Answer deleted = http.post("deleting/_delete_by_query?refresh=true", "{\"query\": " + nearest + "}")
                .expect(200);
        assertEquals(1, deleted.at("/deleted").asInt());
        assertEquals(404, http.get("deleting/_doc/near").status());
        assertEquals(200, http.get("deleting/_doc/far").status());
    }
}
