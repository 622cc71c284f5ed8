/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Forty short texts and functions, and twenty questions with the one that answers each. */
final class JudgedTexts {

    private JudgedTexts() {}

    /** The documents, each a line of JSON with its {@code _id}. */
    static List<String> documents() {
        return lines("corpus.jsonl");
    }

    /** The questions by id. */
    static Map<String, String> queries() {
        return table(lines("queries.tsv"));
    }

    /** The right document by the question's id. */
    static Map<String, String> answers() {
        List<String> lines = lines("qrels.tsv");
        return table(lines.subList(1, lines.size()));
    }

    private static Map<String, String> table(List<String> lines) {
        Map<String, String> table = new LinkedHashMap<>();
        for (String line : lines) {
            String[] cells = line.split("\t", -1);
            table.put(cells[0], cells[1]);
        }
        return table;
    }

    private static List<String> lines(String file) {
        try (InputStream stream = JudgedTexts.class.getResourceAsStream("/relevance/" + file);
                BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
