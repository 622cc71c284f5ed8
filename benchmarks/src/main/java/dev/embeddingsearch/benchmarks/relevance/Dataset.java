/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A corpus with judged queries, from a folder in the shape of BEIR.
 *
 * @param queries those with at least one right document
 */
public record Dataset(String name, List<Document> documents, List<Query> queries) {

    private static final long SEED = 42;

    /**
     * What is searched.
     *
     * @param text title and text, a line break between them, where there is a title
     */
    public record Document(String id, String text) {}

    /**
     * What is searched for.
     *
     * @param grades of documents by id; above 0 means right
     */
    public record Query(String id, String text, Map<String, Integer> grades) {}

    /** Reads {@code corpus.jsonl}, {@code queries.tsv} and {@code qrels.tsv}. */
    public static Dataset read(Path folder) throws IOException {
        for (String file : List.of("corpus.jsonl", "queries.tsv", "qrels.tsv")) {
            if (!Files.isRegularFile(folder.resolve(file))) {
                throw new SetupException(
                        "A data set is a folder with corpus.jsonl, queries.tsv and qrels.tsv; [%s] has no %s."
                                .formatted(folder, file));
            }
        }
        Map<String, Map<String, Integer>> grades = grades(folder.resolve("qrels.tsv"));
        return new Dataset(
                folder.toAbsolutePath().normalize().getFileName().toString(),
                documents(folder.resolve("corpus.jsonl")),
                queries(folder.resolve("queries.tsv"), grades));
    }

    /** The same corpus with so many of its queries, always the same ones. */
    public Dataset sample(int count) {
        List<Query> shuffled = new ArrayList<>(queries);
        Collections.shuffle(shuffled, new Random(SEED));
        return new Dataset(name, documents, List.copyOf(shuffled.subList(0, Math.min(count, shuffled.size()))));
    }

    private static List<Document> documents(Path file) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<Document> documents = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            JsonNode document = json.readTree(line);
            String title = document.path("title").asText("");
            String text = document.path("text").asText();
            documents.add(new Document(document.path("_id").asText(), title.isEmpty() ? text : title + "\n" + text));
        }
        return documents;
    }

    private static List<Query> queries(Path file, Map<String, Map<String, Integer>> grades) throws IOException {
        List<Query> queries = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            String[] cells = cells(file, line, 2);
            Map<String, Integer> judged = grades.getOrDefault(cells[0], Map.of());
            if (judged.values().stream().anyMatch(grade -> grade > 0)) {
                queries.add(new Query(cells[0], cells[1], judged));
            }
        }
        return queries;
    }

    private static Map<String, Map<String, Integer>> grades(Path file) throws IOException {
        Map<String, Map<String, Integer>> grades = new HashMap<>();
        List<String> lines = Files.readAllLines(file);
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = cells(file, line, 3);
            grades.computeIfAbsent(cells[0], id -> new HashMap<>()).put(cells[1], Integer.parseInt(cells[2]));
        }
        return grades;
    }

    private static String[] cells(Path file, String line, int count) {
        String[] cells = line.split("\t", count);
        if (cells.length != count) {
            throw new SetupException(
                    "%s expects %d cells a line, between tabs; got [%s].".formatted(file, count, line));
        }
        return cells;
    }
}
