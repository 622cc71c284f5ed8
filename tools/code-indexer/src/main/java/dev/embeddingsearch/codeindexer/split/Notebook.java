/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A notebook of Jupyter: cells of code, of words and of output, as JSON. */
public final class Notebook {

    private static final ObjectMapper JSON = new ObjectMapper();
    // The first line of a cell in another language than the notebook's.
    private static final Pattern MAGIC = Pattern.compile("^\\s*%%(\\w+)");

    /**
     * A cell of code.
     *
     * @param number its place among all cells, counted from 1, as editors show it
     */
    record Cell(int number, Language language, String text) {}

    private Notebook() {}

    /** Whether a text has cells that can be read. */
    public static boolean isOne(String text) {
        return read(text).isPresent();
    }

    /** The cells of code; none if it is no notebook. */
    static List<Cell> cells(String text) {
        return read(text).map(Notebook::codeCells).orElse(List.of());
    }

    private static Optional<JsonNode> read(String text) {
        try {
            JsonNode notebook = JSON.readTree(text);
            boolean one = notebook.path("cells").isArray()
                    || notebook.at("/worksheets/0/cells").isArray();
            return one ? Optional.of(notebook) : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static List<Cell> codeCells(JsonNode notebook) {
        List<JsonNode> all = new ArrayList<>();
        notebook.path("cells").forEach(all::add);
        // Before version 4 of the format.
        notebook.path("worksheets").forEach(sheet -> sheet.path("cells").forEach(all::add));
        Language language = language(notebook);
        List<Cell> cells = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            JsonNode cell = all.get(i);
            if (cell.path("cell_type").asText().equals("code")) {
                String source = joined(cell.has("source") ? cell.path("source") : cell.path("input"));
                cells.add(new Cell(i + 1, language(source, language), source));
            }
        }
        return cells;
    }

    private static String joined(JsonNode source) {
        StringBuilder text = new StringBuilder(source.asText());
        source.forEach(line -> text.append(line.asText()));
        return text.toString();
    }

    private static Language language(JsonNode notebook) {
        JsonNode metadata = notebook.path("metadata");
        String name = metadata.at("/kernelspec/language")
                .asText(metadata.at("/language_info/name").asText());
        return Language.ofName(name).orElse(Language.PYTHON);
    }

    private static Language language(String cell, Language notebook) {
        Matcher magic = MAGIC.matcher(cell);
        return magic.find()
                ? Language.ofName(magic.group(1).toLowerCase(Locale.ROOT)).orElse(notebook)
                : notebook;
    }
}
