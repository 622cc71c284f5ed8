/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embeddingsearch.benchmarks.relevance.Vectors;
import dev.embeddingsearch.quickstart.Layout;
import dev.embeddingsearch.quickstart.Rest;
import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import dev.embeddingsearch.testkit.Base64Vector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures how long a search takes its caller: over HTTP, on one node, {@link LatencyCorpus made-up documents}, one search
 * at a time, each question in all ways in turn, with OpenSearch's defaults.
 *
 * <pre>java -cp benchmarks/target/benchmarks.jar dev.embeddingsearch.benchmarks.SearchLatency \
 *     [documents [questions [dimensions [shards]]]]</pre>
 */
public final class SearchLatency {

    private static final String INDEX = "search-latency";
    private static final int BULK = 1_000;
    private static final int NEAREST = 100;
    private static final int[] SIZES = {10, 100};

    private final ObjectMapper json = new ObjectMapper();
    private final Rest rest;

    private SearchLatency(Rest rest) {
        this.rest = rest;
    }

    /** The parts of a hybrid search, and the search itself. */
    private enum Way {
        BM25,
        NEAREST,
        HYBRID
    }

    public static void main(String[] arguments) throws IOException {
        int[] numbers = {100_000, 200, 384, 1};
        for (int i = 0; i < arguments.length; i++) {
            numbers[i] = Integer.parseInt(arguments[i]);
        }
        LatencyCorpus corpus = new LatencyCorpus(numbers[2]);
        try (Node node = BenchmarkNode.start(Layout.of(Path.of("")), Vectors.DEFAULT_MODEL);
                Rest rest = new Rest(node.uri())) {
            SearchLatency latency = new SearchLatency(rest);
            latency.load(corpus, numbers[0], numbers[3]);
            System.out.println("| words | size | BM25 | nearest | hybrid | hybrid / both | 99th percentiles |");
            System.out.println("|---|---|---|---|---|---|---|");
            for (LatencyCorpus.Words words : LatencyCorpus.Words.values()) {
                for (int size : SIZES) {
                    List<LatencyCorpus.Question> questions = corpus.questions(words, numbers[1]);
                    latency.ask(questions, size); // warms up
                    print(words, size, latency.ask(questions, size));
                }
            }
        }
    }

    private void load(LatencyCorpus corpus, int documents, int shards) {
        rest.send("DELETE", INDEX + "?ignore_unavailable=true", "");
        rest.send("PUT", INDEX, """
                {"settings": {"number_of_shards": %d, "number_of_replicas": 0, "refresh_interval": -1},
                 "mappings": {"properties": {
                    "text": {"type": "text"}, "meaning": {"type": "embedding", "dimensions": %d}}}}
                """.formatted(shards, corpus.dimensions()));
        for (int from = 0; from < documents; from += BULK) {
            StringBuilder lines = new StringBuilder();
            for (int i = from; i < Math.min(from + BULK, documents); i++) {
                LatencyCorpus.Entry entry = corpus.entry();
                ObjectNode source = json.createObjectNode().put("text", entry.text());
                lines.append("{\"index\": {}}\n")
                        .append(source.put("meaning", Base64Vector.of(entry.vector())))
                        .append('\n');
            }
            JsonNode reply = rest.send("POST", INDEX + "/_bulk?filter_path=errors,items.*.error", lines.toString());
            if (reply.path("errors").asBoolean()) {
                throw new SetupException("OpenSearch refused documents: "
                        + reply.findValues("error").getFirst());
            }
        }
        rest.send("POST", INDEX + "/_forcemerge?max_num_segments=1", "");
        rest.send("POST", INDEX + "/_refresh", "");
    }

    /**
     * Milliseconds of each question in each way, in order of size. All are asked in one way, then in the next: none finds in
     * memory what the same question has just read otherwise.
     */
    private Map<Way, double[]> ask(List<LatencyCorpus.Question> questions, int size) {
        Map<Way, double[]> milliseconds = new EnumMap<>(Way.class);
        for (Way way : Way.values()) {
            double[] times = new double[questions.size()];
            milliseconds.put(way, times);
            for (int i = 0; i < times.length; i++) {
                String request = request(way, questions.get(i), size);
                long start = System.nanoTime();
                rest.send("POST", INDEX + "/_search", request);
                times[i] = (System.nanoTime() - start) / 1e6;
            }
        }
        milliseconds.values().forEach(Arrays::sort);
        return milliseconds;
    }

    private String request(Way way, LatencyCorpus.Question question, int size) {
        ObjectNode root = json.createObjectNode().put("size", size).put("_source", false);
        String words = String.join(" ", question.words());
        String vector = Base64Vector.of(question.vector());
        ObjectNode query = root.putObject("query");
        switch (way) {
            case BM25 -> query.putObject("match").put("text", words);
            case NEAREST ->
                query.putObject("embedding")
                        .put("field", "meaning")
                        .put("vector", vector)
                        .put("k", NEAREST);
            case HYBRID ->
                query.putObject("hybrid_match")
                        .put("query", words)
                        .put("vector", vector)
                        .put("embedding_field", "meaning")
                        .put("k", NEAREST)
                        .putArray("fields")
                        .add("text");
        }
        return root.toString();
    }

    private static void print(LatencyCorpus.Words words, int size, Map<Way, double[]> milliseconds) {
        double[] bm25 = milliseconds.get(Way.BM25);
        double[] nearest = milliseconds.get(Way.NEAREST);
        double[] hybrid = milliseconds.get(Way.HYBRID);
        int median = hybrid.length / 2;
        int last = hybrid.length * 99 / 100;
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %.2f | %.2f | %.2f | %.2f | %.1f, %.1f, %.1f |%n",
                words.title(),
                size,
                bm25[median],
                nearest[median],
                hybrid[median],
                hybrid[median] / (bm25[median] + nearest[median]),
                bm25[last],
                nearest[last],
                hybrid[last]);
    }
}
