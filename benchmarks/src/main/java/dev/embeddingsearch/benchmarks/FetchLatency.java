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
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures what vectors in documents cost whoever fetches hits: BM25 searches over HTTP of the same documents without
 * vectors, with vectors in stored documents, and with vectors in their field alone. Prints Markdown.
 *
 * <pre>java -cp benchmarks/target/benchmarks.jar dev.embeddingsearch.benchmarks.FetchLatency \
 *     [documents [questions [dimensions [size [rounds]]]]]</pre>
 */
public final class FetchLatency {

    private static final int BULK = 1_000;

    private final ObjectMapper json = new ObjectMapper();
    private final Rest rest;

    private FetchLatency(Rest rest) {
        this.rest = rest;
    }

    /** Where documents have their vectors. */
    private enum Stored {
        NOWHERE,
        IN_SOURCE,
        IN_FIELD;

        String index() {
            return "fetch-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** What a search says about {@code _source}. */
    private enum Asked {
        NO_SOURCE("`\"_source\": false`"),
        WITHOUT_VECTOR("`\"_source\": {\"excludes\": \"meaning\"}`"),
        ALL("`\"_source\": true`");

        private final String title;

        Asked(String title) {
            this.title = title;
        }

        void say(ObjectNode search) {
            switch (this) {
                case NO_SOURCE -> search.put("_source", false);
                case WITHOUT_VECTOR -> search.withObject("/_source").put("excludes", "meaning");
                case ALL -> search.put("_source", true);
            }
        }
    }

    public static void main(String[] arguments) throws IOException {
        int[] numbers = {30_000, 200, 384, 100, 10};
        for (int i = 0; i < arguments.length; i++) {
            numbers[i] = Integer.parseInt(arguments[i]);
        }
        LatencyCorpus corpus = new LatencyCorpus(numbers[2]);
        try (Node node = BenchmarkNode.start(Layout.of(Path.of("")), Vectors.DEFAULT_MODEL);
                Rest rest = new Rest(node.uri())) {
            FetchLatency latency = new FetchLatency(rest);
            latency.load(corpus, numbers[0]);
            latency.run(corpus.questions(LatencyCorpus.Words.MIXED, numbers[1]), numbers[3], numbers[4]);
        }
    }

    private void load(LatencyCorpus corpus, int documents) {
        String field = """
                , "meaning": {"type": "embedding", "dimensions": %d,
                    "index_options": {"type": "flat"}}""".formatted(corpus.dimensions());
        for (Stored stored : Stored.values()) {
            rest.send("PUT", stored.index(), """
                    {"settings": {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": -1,
                        "index.embedding.vectors_in_source": %b},
                     "mappings": {"properties": {"text": {"type": "text"}%s}}}
                    """.formatted(
                            stored != Stored.IN_FIELD, stored == Stored.NOWHERE ? "" : field));
        }
        for (int from = 0; from < documents; from += BULK) {
            List<LatencyCorpus.Entry> entries = new ArrayList<>();
            for (int i = from; i < Math.min(from + BULK, documents); i++) {
                entries.add(corpus.entry());
            }
            for (Stored stored : Stored.values()) {
                add(entries, stored);
            }
        }
        for (Stored stored : Stored.values()) {
            rest.send("POST", stored.index() + "/_forcemerge?max_num_segments=1", "");
            rest.send("POST", stored.index() + "/_refresh", "");
        }
    }

    private void add(List<LatencyCorpus.Entry> entries, Stored stored) {
        StringBuilder lines = new StringBuilder();
        for (LatencyCorpus.Entry entry : entries) {
            ObjectNode source = json.createObjectNode().put("text", entry.text());
            if (stored != Stored.NOWHERE) {
                source.put("meaning", Base64Vector.of(entry.vector()));
            }
            lines.append("{\"index\": {}}\n").append(source).append('\n');
        }
        JsonNode reply =
                rest.send("POST", stored.index() + "/_bulk?filter_path=errors,items.*.error", lines.toString());
        if (reply.path("errors").asBoolean()) {
            throw new SetupException(
                    "OpenSearch refused documents: " + reply.findValues("error").getFirst());
        }
    }

    private void run(List<LatencyCorpus.Question> questions, int size, int rounds) {
        System.out.println("| a search for " + size
                + " hits says of `_source` | no vectors, ms | in documents | ratio |" + " in the field only | ratio |");
        System.out.println("|---|---|---|---|---|---|");
        for (Asked asked : Asked.values()) {
            Map<Stored, LatencyFigures> figures = new EnumMap<>(Stored.class);
            List<Stored> order = new ArrayList<>(List.of(Stored.values()));
            order.forEach(stored -> ask(questions, size, stored, asked)); // warms up
            order.forEach(stored -> figures.put(stored, new LatencyFigures(questions.size() * rounds)));
            for (int round = 0; round < rounds; round++) {
                for (Stored stored : order) {
                    double[] times = ask(questions, size, stored, asked);
                    for (int i = 0; i < times.length; i++) {
                        figures.get(stored).took(round * times.length + i, times[i]);
                    }
                }
                Collections.reverse(order);
            }
            double none = figures.get(Stored.NOWHERE).median();
            double twice = figures.get(Stored.IN_SOURCE).median();
            double once = figures.get(Stored.IN_FIELD).median();
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %.2f | %.2f | %.2f | %.2f |%n",
                    asked.title,
                    none,
                    twice,
                    twice / none,
                    once,
                    once / none);
        }
    }

    private double[] ask(List<LatencyCorpus.Question> questions, int size, Stored stored, Asked asked) {
        double[] milliseconds = new double[questions.size()];
        for (int i = 0; i < milliseconds.length; i++) {
            ObjectNode search = json.createObjectNode().put("size", size);
            search.withObject("/query/match")
                    .put("text", String.join(" ", questions.get(i).words()));
            asked.say(search);
            String body = search.toString();
            long start = System.nanoTime();
            rest.exchange("POST", stored.index() + "/_search", body);
            milliseconds[i] = (System.nanoTime() - start) / 1e6;
        }
        return milliseconds;
    }
}
