/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The same documents, with vectors of their own, in indices that differ in their codec alone. The indices are sorted, so
 * that merges, too, leave the documents in the same order: the sample of cosines behind the scores depends on it.
 */
final class SortedTwins {

    private static final int DOCUMENTS = 1000;
    private static final int BULK = 250;
    private static final int DIMENSIONS = 32;
    private static final int TOPICS = 20;
    private static final int HITS = 10;
    /** Compiled code adds floats in another order than interpreted code. */
    private static final double ROUNDING = 1e-6;

    private final Http http;
    private final List<String> indices;
    private final Random random = new Random(DIMENSIONS);
    private final float[][] topics = new float[TOPICS][];
    private final Map<String, JsonNode> documents = new TreeMap<>();
    private final List<String> queries = new ArrayList<>();

    /** Fills indices that are {@link #create there}, with several segments, deletes and updates among them. */
    SortedTwins(Http http, String... indices) throws JsonProcessingException {
        this.http = http;
        this.indices = List.of(indices);
        Arrays.setAll(topics, topic -> near(new float[DIMENSIONS], 1));
        for (int from = 0; from < DOCUMENTS; from += BULK) {
            StringBuilder lines = new StringBuilder();
            for (int i = from; i < from + BULK; i++) {
                lines.append(document(i));
            }
            bulk(lines.toString());
        }
        bulk(document(3) + document(300) + "{\"delete\": {\"_id\": \"4\"}}\n{\"delete\": {\"_id\": \"900\"}}\n");
        documents.keySet().removeAll(List.of("4", "900"));
        for (int topic = 0; topic < 5; topic++) {
            addQueries(topic);
        }
    }

    static void create(Http http, String index, String codec) {
        create(http, index, "\"index.codec\": \"" + codec + "\"", "");
    }

    /**
     * One thread builds the graph of a merge, so that it does not depend on the machine.
     *
     * @param setting the one in which the twins differ
     * @param fields more of them, each with a comma before it
     */
    static void create(Http http, String index, String setting, String fields) {
        http.put(index, """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 0, %s,
                    "index.sort.field": "rank", "index.merge.scheduler.max_thread_count": 1,
                    "index.use_compound_file": false, "index.refresh_interval": "-1",
                    "index.embedding.vectors_in_source": true},
                 "mappings": {"properties": {
                    "title": {"type": "text"},
                    "rank": {"type": "integer"},
                    "quantised": {"type": "embedding", "dimensions": %2$d},
                    "exact": {"type": "embedding", "dimensions": %2$d, "index_options": {"quantization": "none"}}%3$s}}}
                """.formatted(setting, DIMENSIONS, fields)).expect(200);
    }

    private float[] near(float[] centre, double distance) {
        float[] vector = centre.clone();
        for (int i = 0; i < vector.length; i++) {
            vector[i] += (float) (distance * random.nextGaussian());
        }
        return vector;
    }

    private String document(int i) throws JsonProcessingException {
        String vector = Arrays.toString(near(topics[i % TOPICS], .5));
        String document =
                """
                {"title": "topic%d word%d word%d", "rank": %d, "quantised": %s, "exact": %s}""".formatted(i % TOPICS, random.nextInt(50), random.nextInt(50), random.nextInt(), vector, vector);
        documents.put(Integer.toString(i), new ObjectMapper().readTree(document));
        return "{\"index\": {\"_id\": \"%d\"}}\n%s\n".formatted(i, document);
    }

    private void bulk(String lines) {
        indices.forEach(index -> http.bulk(index + "/_bulk", lines).expectAllItems());
    }

    private void addQueries(int topic) {
        String vector = Arrays.toString(near(topics[topic], .5));
        for (String field : List.of("quantised", "exact")) {
            String keys = "\"vector\": %s, \"k\": %d, \"num_candidates\": 500".formatted(vector, HITS);
            queries.add("{\"query\": {\"embedding\": {\"field\": \"%s\", %s}}}".formatted(field, keys));
            queries.add("""
                    {"query": {"hybrid_match": {"query": "topic%1$d word%1$d", "fields": ["title"],
                        "embedding_field": "%2$s", %3$s}}}""".formatted(topic, field, keys));
        }
    }

    /** Fails unless each index answers all queries as the first does. */
    void expectSameHits() {
        expectSameHits(ROUNDING);
    }

    /** The same with scores that differ by no more than {@code tolerance}. */
    void expectSameHits(double tolerance) {
        for (String query : queries) {
            Answer first = http.search(indices.getFirst(), query);
            assertEquals(HITS, first.hits().size());
            for (String index : indices) {
                Answer other = http.search(index, query);
                assertEquals(index + " " + query, first.ids(), other.ids());
                for (int i = 0; i < HITS; i++) {
                    assertEquals(
                            index + " " + query,
                            first.scores().get(i),
                            other.scores().get(i),
                            tolerance);
                }
            }
        }
    }

    /** Fails unless an index holds the documents as they were sent. */
    void expectDocuments(String index) {
        String ids = "{\"ids\": [\"" + String.join("\", \"", documents.keySet()) + "\"]}";
        JsonNode found = http.post(index + "/_mget", ids).expect(200).at("/docs");
        assertEquals(documents.size(), found.size());
        found.forEach(document -> assertEquals(documents.get(document.get("_id").asText()), document.get("_source")));
        assertEquals(documents.size(), Articles.count(http, index));
    }
}
