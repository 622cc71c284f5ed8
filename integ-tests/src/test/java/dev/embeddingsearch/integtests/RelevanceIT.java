/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.util.Map;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;

/** Guards the ranking: nDCG@10, as OpenSearch itself computes it, over a small judged set with a real model. */
public class RelevanceIT {

    @ClassRule
    public static final LocalCluster CLUSTER = new LocalCluster();

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Half of what one answer on place 2 instead of place 1 costs. */
    private static final double TOLERANCE = 0.01;

    /** Measured: 1.000, with BM25 at .550 and the vector at 1.000. */
    private static final double FLOOR = 0.98;

    @BeforeClass
    public static void index() throws JsonProcessingException {
        CLUSTER.http().put("judged", """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 0, "analysis": {
                    "filter": {"parts": {"type": "word_delimiter_graph", "stem_english_possessive": false}},
                    "tokenizer": {"runs": {"type": "pattern", "pattern": "[^\\\\p{L}\\\\p{N}]+"}},
                    "analyzer": {"default": {"tokenizer": "runs", "filter": ["parts", "lowercase", "kstem"]}}}},
                 "mappings": {"properties": {
                    "title": {"type": "text"},
                    "text": {"type": "text"},
                    "meaning": {"type": "embedding", "source_fields": ["title", "text"]}}}}
                """).expect(200);
        StringBuilder lines = new StringBuilder();
        for (String line : JudgedTexts.documents()) {
            ObjectNode document = (ObjectNode) JSON.readTree(line);
            String id = document.remove("_id").asText();
            lines.append("{\"index\": {\"_id\": \"%s\"}}\n%s\n".formatted(id, document));
        }
        CLUSTER.http().bulk("judged/_bulk", lines.toString()).expectAllItems();
    }

    @Test
    public void testHybridIsNoWorseThanEitherLeg() {
        double lexical = ndcg("{\"multi_match\": {\"query\": %s, \"fields\": [\"title\", \"text\"]}}");
        double vector = ndcg("{\"embedding\": {\"field\": \"meaning\", \"text\": %s}}");
        double hybrid = ndcg(
                "{\"hybrid_match\": {\"query\": %s, \"fields\": [\"title\", \"text\"], \"embedding_field\": \"meaning\"}}");
        String measured = "BM25 %.3f, vector %.3f, hybrid %.3f".formatted(lexical, vector, hybrid);
        assertTrue(measured, hybrid >= lexical - TOLERANCE);
        assertTrue(measured, hybrid >= vector - TOLERANCE);
        assertTrue(measured, hybrid >= FLOOR);
    }

    /** @param query with a place for the question as a JSON string */
    private double ndcg(String query) {
        ObjectNode root = JSON.createObjectNode();
        root.putObject("metric").putObject("dcg").put("k", 10).put("normalize", true);
        ArrayNode requests = root.putArray("requests");
        Map<String, String> answers = JudgedTexts.answers();
        JudgedTexts.queries().forEach((id, question) -> {
            ObjectNode request = requests.addObject().put("id", id);
            request.putObject("request").putRawValue("query", raw(query, question));
            request.putArray("ratings")
                    .addObject()
                    .put("_index", "judged")
                    .put("_id", answers.get(id))
                    .put("rating", 1);
        });
        Answer answer =
                CLUSTER.http().post("judged/_rank_eval", root.toString()).expect(200);
        assertEquals(answer.body().toString(), 0, answer.at("/failures").size());
        return answer.at("/metric_score").asDouble();
    }

    private static RawValue raw(String query, String question) {
        return new RawValue(query.formatted(JSON.valueToTree(question)));
    }
}
