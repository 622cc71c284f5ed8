/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.testkit.Base64Vector;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/** The best hits of a hybrid search and their scores are those that this test computes for every document by itself. */
public class BruteForceIT {

    private static final String INDEX = "brute-force";
    private static final int DIMENSIONS = 64;
    private static final int DOCUMENTS = 600;
    private static final int WORDS = 60;
    private static final int MOST_WORDS = 39; // Lucene keeps lengths up to 40 as they are
    private static final int SIZE = 10;
    private static final double VECTOR_WEIGHT = .67;
    private static final double ERROR = 1e-5;

    private static final Random RANDOM = new Random(17);
    private static final List<String> TEXTS = new ArrayList<>();
    private static final Map<String, Integer> DOCUMENT_FREQUENCIES = new HashMap<>();
    private static double averageLength;

    private static Node node;
    private static Http http;

    /** One hit, as the test computes it. */
    private record Scored(int id, double score) {}

    @BeforeClass
    public static void start() throws IOException {
        node = Distributions.withPlugin().node(ShortLived.single("brute-force")).start();
        http = new Http(node.uri());
        for (int i = 0; i < DOCUMENTS; i++) {
            TEXTS.add(words(1 + RANDOM.nextInt(MOST_WORDS)));
        }
        for (String text : TEXTS) {
            split(text).stream().distinct().forEach(word -> DOCUMENT_FREQUENCIES.merge(word, 1, Integer::sum));
        }
        averageLength =
                TEXTS.stream().mapToInt(text -> split(text).size()).average().orElseThrow();
        fill();
    }

    @AfterClass
    public static void stop() {
        http.close();
        node.close();
    }

    /** A word is the rarer the higher its number. */
    private static String words(int count) {
        return String.join(
                " ",
                IntStream.range(0, count)
                        .mapToObj(i -> "word" + (int) (WORDS * Math.pow(RANDOM.nextDouble(), 3)))
                        .toList());
    }

    private static List<String> split(String text) {
        return List.of(text.split(" ", -1));
    }

    /** Several segments; every thirteenth document has no vector. */
    private static void fill() {
        http.put(INDEX, """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 0, "index.refresh_interval": -1},
                 "mappings": {"properties": {"text": {"type": "text"}, "v": {"type": "embedding", "dimensions": %d}}}}
                """.formatted(DIMENSIONS)).expect(200);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < DOCUMENTS; i++) {
            String vector = hasVector(i) ? ", \"v\": \"" + Base64Vector.of(vector(TEXTS.get(i))) + "\"" : "";
            lines.append("{\"index\": {\"_id\": \"%d\"}}\n{\"text\": \"%s\"%s}\n".formatted(i, TEXTS.get(i), vector));
            if (i % 150 == 149) {
                http.bulk(INDEX + "/_bulk", lines.toString()).expectAllItems();
                lines.setLength(0);
            }
        }
    }

    private static boolean hasVector(int document) {
        return document % 13 != 0;
    }

    private static float[] vector(String text) {
        return TextVectors.ofWords("brute force", text, DIMENSIONS);
    }

    private static Answer search(String words, float[] vector) {
        return http.search(INDEX, """
                {"size": %d, "_source": false, "query": {"hybrid_match": {
                    "query": "%s", "fields": ["text"], "vector": "%s", "embedding_field": "v", "k": %d}},
                 "ext": {"hybrid_scores": true}}""".formatted(SIZE, words, Base64Vector.of(vector), SIZE));
    }

    private static double idf(String word) {
        int frequency = DOCUMENT_FREQUENCIES.getOrDefault(word, 0);
        return Math.log(1 + (DOCUMENTS - frequency + .5) / (frequency + .5));
    }

    /** BM25 as a part of the most that any document can have. */
    private static double lexical(String words, String text) {
        List<String> held = split(text);
        double sum = 0;
        double most = 0;
        for (String word : split(words)) {
            double frequency = Collections.frequency(held, word);
            sum += idf(word) * frequency / (frequency + 1.2 * (.25 + .75 * held.size() / averageLength));
            most += idf(word);
        }
        return sum / most;
    }

    private static double cosine(float[] a, float[] b) {
        return IntStream.range(0, DIMENSIONS)
                .mapToDouble(i -> (double) a[i] * b[i])
                .sum();
    }

    /** All documents, the best first. */
    private static List<Scored> scoreAll(String words, float[] target, double mean, double range) {
        List<Scored> all = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            double part = hasVector(i) ? Math.max(0, cosine(target, vector(TEXTS.get(i))) - mean) / range : 0;
            double lexical = lexical(words, TEXTS.get(i));
            all.add(new Scored(i, (1 - VECTOR_WEIGHT) * lexical + VECTOR_WEIGHT * Math.min(1, part * part)));
        }
        all.sort(Comparator.comparingDouble(Scored::score).reversed());
        return all;
    }

    private static void expectBruteForce(String words, float[] target) {
        Answer found = search(words, target);
        assertEquals(SIZE, found.hits().size());
        JsonNode leg = found.at("/hits/hits/0/fields/hybrid_scores/0/vector");
        List<Scored> expected = scoreAll(
                words, target, leg.get("mean").asDouble(), leg.get("range").asDouble());
        Map<Integer, Double> scores = new HashMap<>();
        expected.forEach(each -> scores.put(each.id(), each.score()));
        for (int i = 0; i < SIZE; i++) {
            String what = words + ", hit " + i;
            assertEquals(what, expected.get(i).score(), found.scores().get(i), ERROR);
            assertEquals(
                    what,
                    scores.get(Integer.parseInt(found.ids().get(i))),
                    found.scores().get(i),
                    ERROR);
        }
    }

    @Test
    public void testHybridHitsAreTheBestOfAllDocumentsAlsoAfterARestart() throws IOException {
        Map<String, Answer> before = new HashMap<>();
        for (int i = 0; i < 30; i++) {
            String words = words(1 + RANDOM.nextInt(4));
            expectBruteForce(words, vector(words));
            expectBruteForce(words, vector(words(5)));
            before.put(words, search(words, vector(words)));
        }
        assertTrue(before.values().stream().anyMatch(answer -> answer.total() > SIZE));
        node.stop();
        assertFalse(node.isRunning());
        node.start();
        before.forEach((words, answer) -> {
            expectBruteForce(words, vector(words));
            assertEquals(answer.hits(), search(words, vector(words)).hits());
        });
        http.post(INDEX + "/_forcemerge?max_num_segments=1", null).expect(200);
        http.post(INDEX + "/_refresh", null).expect(200);
        before.keySet().forEach(words -> expectBruteForce(words, vector(words)));
    }
}
