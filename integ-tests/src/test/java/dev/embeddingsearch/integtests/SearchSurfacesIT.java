/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;

/** Both queries are ordinary ones: everything that OpenSearch does with queries works with them, over three shards. */
public class SearchSurfacesIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String INDEX = "surfaces";
    private static final int DOCUMENTS = 30;
    private static final String HYBRID = """
            {"hybrid_match": {"query": "curling stones", "fields": ["title^2", "body"], "embedding_field": "meaning"}}""";
    private static final String EMBEDDING = """
            {"embedding": {"field": "meaning", "text": "curling stones", "k": 10}}""";

    private final Http http = NODE.http();

    /** Ten documents each of three topics; those of one share words, and the years run through all of them. */
    @BeforeClass
    public static void index() {
        Articles.create(NODE.http(), INDEX, 3);
        List<String> topics = List.of("curling", "rowing", "chess");
        List<String> words = List.of("stones ice sheet", "boat river oars", "board king pawn");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < DOCUMENTS; i++) {
            lines.append("{\"index\": {\"_id\": \"%d\"}}\n".formatted(i));
            lines.append("{\"title\": \"%s\", \"body\": \"%s number%d\", \"topic\": \"%s\", \"year\": %d}\n"
                    .formatted(topics.get(i % 3), words.get(i % 3), i, topics.get(i % 3), 2000 + i));
        }
        NODE.http().bulk(INDEX + "/_bulk", lines.toString()).expectAllItems();
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
            found.ids().subList(0, 10).forEach(id -> assertEquals(0, Integer.parseInt(id) % 3));
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
    public void testSort() {
        Answer found = search("{\"query\": " + HYBRID + ", \"sort\": [{\"year\": \"desc\"}], \"track_scores\": true}");
        List<Integer> years = new ArrayList<>();
        found.hits().forEach(hit -> years.add(hit.at("/sort/0").asInt()));
        List<Integer> sorted = new ArrayList<>(years);
        sorted.sort((a, b) -> b - a);
        assertEquals(sorted, years);
        assertTrue(found.scores().stream().anyMatch(score -> score > 0));
    }

    @Test
    public void testAggregations() {
        Answer found = search("{\"size\": 0, \"query\": " + HYBRID + ", \"aggs\": {\"topics\": {\"terms\": {\"field\":"
                + " \"topic\"}, \"aggs\": {\"best\": {\"top_hits\": {\"size\": 1}}}}}}");
        int sum = 0;
        for (JsonNode bucket : found.at("/aggregations/topics/buckets")) {
            sum += bucket.get("doc_count").asInt();
            assertTrue(bucket.at("/best/hits/max_score").isNumber());
        }
        assertEquals(query(HYBRID).total(), sum);
    }

    @Test
    public void testPagesFitTogether() {
        List<String> all = query(HYBRID).ids();
        List<String> paged = new ArrayList<>();
        for (int from = 0; from < all.size(); from += 4) {
            paged.addAll(search("{\"from\": %d, \"size\": 4, \"query\": %s}".formatted(from, HYBRID))
                    .ids());
        }
        assertEquals(new HashSet<>(all), new HashSet<>(paged));
        assertEquals(all.size(), paged.size());
        assertEquals(all.subList(0, 4), paged.subList(0, 4));
    }

    @Test
    public void testSearchAfterInAPointInTime() {
        String pit = http.post(INDEX + "/_search/point_in_time?keep_alive=1m", null)
                .expect(200)
                .at("/pit_id")
                .asText();
        String page = "{\"size\": 7, \"query\": " + HYBRID + ", \"pit\": {\"id\": \"" + pit
                + "\", \"keep_alive\": \"1m\"}, \"sort\": [{\"_score\": \"desc\"}, {\"year\": \"asc\"}]%s}";
        List<String> found = new ArrayList<>();
        String after = "";
        for (Answer answer = page(page, after); answer.hits().size() > 0; answer = page(page, after)) {
            found.addAll(answer.ids());
            after = ", \"search_after\": "
                    + answer.hits().get(answer.hits().size() - 1).get("sort");
        }
        assertEquals(query(HYBRID).total(), found.size());
        assertEquals(found.size(), new HashSet<>(found).size());
        assertEquals(200, http.delete("_search/point_in_time/_all").status());
    }

    private Answer page(String page, String after) {
        return http.post("_search", page.formatted(after)).expect(200);
    }

    @Test
    public void testScroll() {
        Answer answer = http.post(INDEX + "/_search?scroll=1m", "{\"size\": 7, \"query\": " + HYBRID + "}")
                .expect(200);
        List<String> found = new ArrayList<>();
        NODE.service().reset();
        while (answer.hits().size() > 0) {
            found.addAll(answer.ids());
            String next = "{\"scroll\": \"1m\", \"scroll_id\": \""
                    + answer.at("/_scroll_id").asText() + "\"}";
            answer = http.post("_search/scroll", next).expect(200);
        }
        assertEquals(query(HYBRID).ids().size(), found.size());
        assertEquals(
                "only the query after the scroll", 1, NODE.service().calls().size());
        assertEquals(200, http.delete("_search/scroll/_all").status());
    }

    @Test
    public void testCollapse() {
        Answer found = search("{\"query\": " + HYBRID
                + ", \"collapse\": {\"field\": \"topic\", \"inner_hits\": {\"name\":" + " \"more\", \"size\": 2}}}");
        assertTrue(found.hits().size() <= 3);
        assertEquals("curling", found.hits().get(0).at("/fields/topic/0").asText());
        assertEquals(2, found.hits().get(0).at("/inner_hits/more/hits/hits").size());
    }

    @Test
    public void testMinScore() {
        double limit = query(HYBRID).scores().get(3);
        Answer found = search("{\"size\": 30, \"min_score\": %s, \"query\": %s}".formatted(limit, HYBRID));
        assertTrue(found.total() >= 4 && found.total() < DOCUMENTS);
        found.scores().forEach(score -> assertTrue(score >= limit));
    }

    @Test
    public void testRescore() {
        Answer found = search("{\"query\": {\"match_all\": {}}, \"rescore\": {\"window_size\": 30, \"query\":"
                + " {\"rescore_query\": " + HYBRID + ", \"query_weight\": 0}}}");
        assertEquals(0, Integer.parseInt(found.ids().get(0)) % 3);
        assertEquals(query(HYBRID).scores().get(0), found.scores().get(0), 1e-5);
        Answer first =
                search("{\"query\": " + HYBRID + ", \"rescore\": {\"window_size\": 30, \"query\": {\"rescore_query\":"
                        + " {\"term\": {\"year\": 2003}}, \"rescore_query_weight\": 10}}}");
        assertEquals("3", first.ids().get(0));
    }

    @Test
    public void testProfile() {
        Answer found = search("{\"profile\": true, \"query\": " + HYBRID + "}");
        assertEquals(3, found.at("/profile/shards").size());
        assertThat(found.at("/profile").toString(), containsString("HybridQuery"));
        assertEquals(query(HYBRID).ids().subList(0, 5), found.ids().subList(0, 5));
    }

    @Test
    public void testExplain() {
        Answer found = search("{\"explain\": true, \"query\": " + HYBRID + "}");
        for (JsonNode hit : found.hits()) {
            JsonNode explanation = hit.get("_explanation");
            assertEquals(hit.get("_score").asDouble(), explanation.get("value").asDouble(), 1e-5);
            assertThat(explanation.toString(), containsString("lexical leg"));
            assertThat(explanation.toString(), containsString("vector leg"));
        }
    }

    @Test
    public void testExplainApi() {
        String body = "{\"query\": " + HYBRID + "}";
        Answer matched = http.post(INDEX + "/_explain/0", body).expect(200);
        assertTrue(matched.at("/matched").asBoolean());
        assertThat(matched.body().toString(), containsString("exact similarity with field [meaning]"));
        Answer other = http.post(INDEX + "/_explain/1", body.replace("\"meaning\"", "\"meaning\", \"k\": 1"))
                .expect(200);
        assertFalse(other.at("/matched").asBoolean());
    }

    @Test
    public void testHighlight() {
        for (String type : List.of("unified", "plain")) {
            Answer found = search("{\"query\": " + HYBRID + ", \"highlight\": {\"type\": \"" + type
                    + "\", \"fields\": {\"title\": {}, \"body\": {}}}}");
            JsonNode highlight = found.hits().get(0).get("highlight");
            assertEquals(type, "<em>curling</em>", highlight.at("/title/0").asText());
            assertThat(highlight.at("/body/0").asText(), containsString("<em>stones</em>"));
        }
    }

    @Test
    public void testNamedQueries() {
        Answer found = search("{\"query\": {\"bool\": {\"should\": [%s, %s]}}}"
                .formatted(
                        HYBRID.replace("\"fields\"", "\"_name\": \"both\", \"fields\""),
                        EMBEDDING.replace("\"k\": 10", "\"k\": 10, \"_name\": \"near\"")));
        List<String> matched = new ArrayList<>();
        found.hits().get(0).get("matched_queries").forEach(name -> matched.add(name.asText()));
        Collections.sort(matched);
        assertEquals(List.of("both", "near"), matched);
    }

    @Test
    public void testMultiSearchEmbedsEachText() {
        NODE.service().reset();
        Answer found = http.post(
                "_msearch",
                "{\"index\": \"surfaces\"}\n{\"query\": %s}\n{\"index\": \"surfaces\"}\n{\"query\": %s}\n"
                        .formatted(HYBRID, EMBEDDING.replace("curling stones", "king pawn")));
        found.expect(200);
        assertEquals(0, found.at("/responses/0/hits/hits/0/_id").asInt() % 3);
        assertEquals(2, found.at("/responses/1/hits/hits/0/_id").asInt() % 3);
        assertEquals(2, NODE.service().calls().size());
    }

    @Test
    public void testCount() {
        int count = http.post(INDEX + "/_count", "{\"query\": " + HYBRID + "}")
                .expect(200)
                .at("/count")
                .asInt();
        assertEquals(query(HYBRID).total(), count);
    }

    @Test
    public void testValidate() {
        String body = "{\"query\": " + HYBRID + "}";
        assertTrue(http.post(INDEX + "/_validate/query", body)
                .expect(200)
                .at("/valid")
                .asBoolean());
        Answer explained =
                http.post(INDEX + "/_validate/query?explain=true", body).expect(200);
        assertTrue(explained.body().toString(), explained.at("/valid").asBoolean());
    }

    @Test
    public void testDocvalueFieldsAndFieldsReadTheVector() {
        Answer found = search("{\"size\": 1, \"query\": " + HYBRID
                + ", \"docvalue_fields\": [\"meaning\"], \"fields\": [\"meaning\"], \"_source\": false}");
        JsonNode vector = found.hits().get(0).at("/fields/meaning");
        assertEquals(Articles.DIMENSIONS, vector.size());
        assertTrue(vector.get(0).isNumber());
        Answer source = search("{\"size\": 1, \"query\": " + HYBRID + ", \"fields\": [\"meaning\"]}");
        assertEquals(
                Articles.DIMENSIONS, source.hits().get(0).at("/fields/meaning").size());
    }

    @Test
    public void testScriptsReadTheVector() {
        Answer found = search("{\"size\": 1, \"query\": " + HYBRID + ", \"script_fields\": {\"length\": {\"script\": {"
                + "\"source\": \"double s = 0; for (float v : doc['meaning']) { s += v * v } return Math.sqrt(s)\"}},"
                + " \"size\": {\"script\": {\"source\": \"doc['meaning'].size()\"}}}}");
        assertEquals(1, found.hits().get(0).at("/fields/length/0").asDouble(), 1e-3);
        assertEquals(
                Articles.DIMENSIONS, found.hits().get(0).at("/fields/size/0").asInt());
    }

    @Test
    public void testSearchTemplate() {
        Answer found = http.post(INDEX + "/_search/template", """
                {"source": {"query": {"hybrid_match": {"query": "{{text}}", "fields": ["title"], "embedding_field": "meaning"}}},
                 "params": {"text": "chess king"}}
                """).expect(200);
        assertEquals(2, Integer.parseInt(found.ids().get(0)) % 3);
    }

    @Test
    public void testFilteredAlias() {
        http.post("_aliases", """
                {"actions": [{"add": {"index": "surfaces", "alias": "rowers", "filter": {"term": {"topic": "rowing"}}}}]}
                """).expect(200);
        for (String query : List.of(HYBRID, EMBEDDING)) {
            Answer found = http.search("rowers", "{\"size\": 30, \"query\": " + query + "}");
            found.ids().forEach(id -> assertEquals(1, Integer.parseInt(id) % 3));
        }
        assertEquals(
                "with an own filter the nearest ten are rowers",
                10,
                http.search(
                                "rowers",
                                "{\"query\": "
                                        + EMBEDDING.replace(
                                                "\"k\": 10",
                                                "\"k\": 10, \"filter\": {\"term\":" + " {\"topic\": \"rowing\"}}")
                                        + "}")
                        .total());
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
            found.ids().forEach(id -> assertEquals(2, Integer.parseInt(id) % 3));
        }
    }

    @Test
    public void testPostFilter() {
        Answer found = search(
                "{\"size\": 30, \"query\": " + HYBRID + ", \"post_filter\": {\"term\": {\"topic\": \"chess\"}}}");
        found.ids().forEach(id -> assertEquals(2, Integer.parseInt(id) % 3));
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
