/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static dev.embeddingsearch.integtests.Topics.EMBEDDING;
import static dev.embeddingsearch.integtests.Topics.HYBRID;
import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.testkit.Base64Vector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;

/** Everything that OpenSearch does with the hits of a query works with both, over three shards. */
public class SearchFeaturesIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String INDEX = "searched";

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

    /** A hundred copies of a vector are no wall before the others: every document is found by its own vector. */
    @Test
    public void testCopiesHideNoOtherDocument() {
        http.put("copied", """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 0, "index.refresh_interval": "-1"},
                 "mappings": {"properties": {"v": {"type": "embedding", "dimensions": 32,
                    "index_options": {"quantization": "none"}}}}}""").expect(200);
        Random random = new Random(3);
        List<String> vectors = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            vectors.add(vector(random));
        }
        for (int i = 0; i < 30; i++) {
            vectors.addAll(Collections.nCopies(100, vector(random)));
        }
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < vectors.size(); i++) {
            int shuffled = (int) (i * 1_777L % vectors.size());
            lines.append(
                    "{\"index\": {\"_id\": \"%d\"}}\n{\"v\": \"%s\"}\n".formatted(shuffled, vectors.get(shuffled)));
        }
        http.bulk("copied/_bulk?refresh=true", lines.toString()).expectAllItems();
        int found = 0;
        for (int id = 0; id < 1_000; id += 20) {
            found += nearest(vectors.get(id), 10).ids().get(0).equals(Integer.toString(id)) ? 1 : 0;
        }
        assertTrue(found + " of 50", found >= 49);
        List<String> copies = nearest(vectors.get(1_150), 100).ids();
        assertEquals(100, new HashSet<>(copies).size());
        copies.forEach(id -> assertEquals(11, Integer.parseInt(id) / 100));
    }

    private static String vector(Random random) {
        float[] vector = new float[32];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return Base64Vector.of(vector);
    }

    private Answer nearest(String vector, int k) {
        return http.search("copied", """
                {"size": %2$d, "_source": false,
                 "query": {"embedding": {"field": "v", "vector": "%1$s", "k": %2$d}}}""".formatted(vector, k));
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
        assertTrue(found.total() >= 4 && found.total() < Topics.DOCUMENTS);
        found.scores().forEach(score -> assertTrue(score >= limit));
    }

    @Test
    public void testRescore() {
        Answer found = search("{\"query\": {\"match_all\": {}}, \"rescore\": {\"window_size\": 30, \"query\":"
                + " {\"rescore_query\": " + HYBRID + ", \"query_weight\": 0}}}");
        assertEquals(Topics.CURLING, Topics.of(found.ids().get(0)));
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
                "{\"index\": \"searched\"}\n{\"query\": %s}\n{\"index\": \"searched\"}\n{\"query\": %s}\n"
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
}
