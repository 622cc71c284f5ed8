/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The text of a document that is embedded: the values of some of its paths, one a line. */
public final class DocumentText {

    private DocumentText() {}

    /**
     * Joins the texts at {@code paths} by newlines. Lists, also lists of objects along a path, give all their values;
     * numbers and booleans give their JSON form; nulls, absent paths and blank texts give nothing.
     *
     * @return the text, empty if there is none
     * @throws IllegalArgumentException if a path leads to an object
     */
    public static String of(Map<String, Object> source, List<String> paths) {
        List<String> parts = new ArrayList<>();
        for (String path : paths) {
            new DocumentPath(path).values(source).forEach(value -> collect(path, value, parts));
        }
        return String.join("\n", parts);
    }

    private static void collect(String path, Object value, List<String> parts) {
        switch (value) {
            case null -> {}
            case String text -> {
                if (!text.isBlank()) {
                    parts.add(text);
                }
            }
            case List<?> values -> values.forEach(each -> collect(path, each, parts));
            case Number number -> parts.add(number.toString());
            case Boolean bool -> parts.add(bool.toString());
            default ->
                throw new IllegalArgumentException("field [" + path
                        + "] expects text or a list of texts to embed, got an object: name the fields inside it");
        }
    }

    /** Whether {@code source} says anything, be it null, about one of {@code paths} or an object around it. */
    public static boolean touches(Map<String, Object> source, List<String> paths) {
        return paths.stream().anyMatch(path -> new DocumentPath(path).touches(source));
    }
}
