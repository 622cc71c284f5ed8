/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.quickstart.cluster.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/**
 * OpenSearch's own plugins k-NN, neural-search, ml-commons and job-scheduler beside ours, on one node: the indices of each
 * keep working, also one that has the fields of both.
 */
public class NeighboursIT {

    private static final String KNN_VECTOR = """
            , "theirs": {"type": "knn_vector", "dimension": 3, "space_type": "cosinesimil",
                "method": {"name": "hnsw", "engine": "lucene"}}""";
    private static final String NEAREST = """
            {"knn": {"theirs": {"vector": [1, 0, %d], "k": 2}}}""";
    private static final String PIPELINE = """
            {"phase_results_processors": [{"normalization-processor": {"normalization": {"technique": "min_max"},
                "combination": {"technique": "arithmetic_mean", "parameters": {"weights": [0.5, 0.5]}}}}]}""";

    /** Without our codec, other samples of vectors tell what cosines are common. */
    private static final double SAMPLING = .02;

    private static Node node;
    private static Http http;
    private static SortedTwins twins;

    @BeforeClass
    public static void start() throws IOException {
        node = Distributions.withNeighbours()
                .node(ShortLived.single("neighbours").withHeap("768m"))
                .start();
        http = new Http(node.uri());
        http.delete("ours,both,small").expect(404);
        SortedTwins.create(http, "ours", "\"index.codec\": \"default\"", "");
        SortedTwins.create(http, "both", "\"index.knn\": true", KNN_VECTOR);
        twins = new SortedTwins(http, "ours", "both");
        http.put("_search/pipeline/normalized", PIPELINE).expect(200);
    }

    @AfterClass
    public static void stop() {
        http.close();
        node.close();
    }

    /** Ten documents with a vector for each plugin. */
    private static void fill(String index) {
        http.put(index, """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 0, "index.knn": true},
                 "mappings": {"properties": {"t": {"type": "text"}, "ours": {"type": "embedding", "dimensions": 3}%s}}}""".formatted(KNN_VECTOR)).expect(200);
        for (int i = 0; i < 10; i++) {
            http.bulk(index + "/_bulk", """
                    {"index": {"_id": "%1$d"}}
                    {"t": "word%1$d", "ours": [1, 0, %1$d], "theirs": [1, 0, %1$d]}
                    """.formatted(i)).expectAllItems();
        }
    }

    private static String ours(int near) {
        return "{\"embedding\": {\"field\": \"ours\", \"vector\": [1, 0, %d], \"k\": 2}}".formatted(near);
    }

    private static List<String> ids(String index, String query) {
        return http.search(index, "{\"query\": " + query + "}").ids();
    }

    @Test
    public void testAllStartWithoutErrors() throws IOException {
        Set<String> plugins = new TreeSet<>();
        http.get("_cat/plugins?format=json")
                .expect(200)
                .body()
                .forEach(plugin -> plugins.add(plugin.get("component").asText()));
        assertEquals(
                Set.of(
                        "embedding-search",
                        "opensearch-job-scheduler",
                        "opensearch-knn",
                        "opensearch-ml",
                        "opensearch-neural-search"),
                plugins);
        assertEquals(
                List.of(),
                Files.readAllLines(node.log()).stream()
                        .filter(line -> line.contains("[ERROR]") || line.contains("[FATAL]"))
                        .toList());
    }

    /** k-NN's codec writes the vectors of an index with {@code index.knn}. */
    @Test
    public void testIndexOfKnnAnswersLikeOneOfOurs() throws IOException {
        for (String state : List.of("segments", "merged", "restarted")) {
            if (state.equals("merged")) {
                http.post("ours,both/_forcemerge?max_num_segments=1", null).expect(200);
                http.post("ours,both/_refresh", null).expect(200);
            } else if (state.equals("restarted")) {
                node.stop();
                node.start();
            }
            twins.expectSameHits(SAMPLING);
            twins.expectDocuments("both");
        }
    }

    @Test
    public void testFieldsOfBothInOneIndex() {
        fill("small");
        for (int round = 0; round < 2; round++) {
            assertEquals(Set.of("4", "5"), Set.copyOf(ids("small", NEAREST.formatted(4))));
            assertEquals(Set.of("7", "8"), Set.copyOf(ids("small", ours(7))));
            String either = "{\"bool\": {\"should\": [%s, %s]}}".formatted(NEAREST.formatted(4), ours(7));
            assertEquals(Set.of("4", "5", "7", "8"), Set.copyOf(ids("small", either)));
            http.post("small/_forcemerge?max_num_segments=1", null).expect(200);
            http.post("small/_refresh", null).expect(200);
        }
    }

    /** The query {@code hybrid} of neural-search takes ours as one of its own. */
    @Test
    public void testHybridOfTheirs() {
        fill("normalized");
        for (String vectors : List.of(NEAREST.formatted(9), ours(9))) {
            Answer found = hybrid("{\"match\": {\"t\": \"word3\"}}", vectors);
            assertEquals(vectors, Set.of("3", "9"), Set.copyOf(found.ids().subList(0, 2)));
            assertEquals(vectors, List.of(.5, .5), found.scores().subList(0, 2));
        }
        Answer found = hybrid(NEAREST.formatted(9), ours(9));
        assertEquals("9", found.ids().getFirst());
        assertEquals(1, found.scores().getFirst(), 0);
    }

    private static Answer hybrid(String first, String second) {
        return http.post(
                        "normalized/_search?search_pipeline=normalized",
                        "{\"query\": {\"hybrid\": {\"queries\": [%s, %s]}}}".formatted(first, second))
                .expect(200);
    }

    @Test
    public void testWhatKnnsCodecCannotStoreIsRefused() {
        http.put("refused", """
                {"settings": {"index.knn": true},
                 "mappings": {"properties": {"m": {"type": "embedding", "index_options": {"quantization": "binary"}}}}}""")
                .expectError(400, "cannot have [index_options.quantization] [binary] in an index with [index.knn]");
        http.put("refused", """
                {"settings": {"index.knn": true, "index.embedding.vectors_in_source": false},
                 "mappings": {"properties": {"m": {"type": "embedding"}}}}""").expectError(400, "[index.embedding.vectors_in_source] [false] and [index.knn] [true]");
    }

    @Test
    public void testMappingOfOneIsNoConcernOfTheOther() {
        http.put("later", "{\"settings\": {\"index.knn\": true}}").expect(200);
        http.put("later/_mapping", "{\"properties\": {\"ours\": {\"type\": \"embedding\", \"dimensions\": 3}}}")
                .expect(200);
        http.put("later/_mapping", "{\"properties\": {" + KNN_VECTOR.substring(KNN_VECTOR.indexOf('"')) + "}}")
                .expect(200);
        String mapping = http.get("later/_mapping").expect(200).body().toString();
        assertThat(mapping, containsString("\"knn_vector\""));
        assertTrue(mapping, mapping.contains("\"embedding\""));
    }
}
