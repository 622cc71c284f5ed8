/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The text of a document that is embedded: the values of some paths, one on each line. */
public final class DocumentText {

    private DocumentText() {}

    /**
     * Joins the texts at {@code paths} by newlines. All values of lists are used, also of lists of objects on the path. Numbers
     * and booleans are used in their JSON form. Nulls, missing paths and blank texts are skipped.
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

    /** Whether {@code source} has one of {@code paths} or an object around it, even with null. */
    public static boolean touches(Map<String, Object> source, List<String> paths) {
        return paths.stream().anyMatch(path -> new DocumentPath(path).touches(source));
    }
}
