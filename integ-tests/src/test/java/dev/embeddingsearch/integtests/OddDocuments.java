/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Documents in every spelling that OpenSearch knows, many of them odd, and what such documents say. */
final class OddDocuments {

    private static final List<String> WORDS = List.of("ice", "stone", "broom", "雪", "house", "skip", "draw");

    private final Random random;
    private int texts;

    OddDocuments(Random random) {
        this.random = random;
    }

    private <T> T any(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }

    private String text() {
        return any(WORDS) + " " + any(WORDS) + " " + (random.nextInt(4) == 0 ? 0 : texts++);
    }

    /** A document, or the part of one: {@code title}, {@code o.t}, {@code x}, and now and then a vector of its own. */
    Map<String, Object> next() {
        Map<String, Object> document = new LinkedHashMap<>();
        if (random.nextInt(3) > 0) {
            document.put("title", value());
        }
        switch (random.nextInt(9)) {
            case 0 -> document.put("o.t", value());
            case 1 -> document.put("o", object());
            case 2 -> document.put("o", new ArrayList<>(List.of(object(), object())));
            case 3 -> document.put("o", any(Arrays.asList(null, new ArrayList<>(), new LinkedHashMap<>(), "wrong")));
            case 4 -> {
                document.put("o", object());
                document.put("o.t", value());
            }
            case 5 -> document.put("o", new ArrayList<>(Arrays.asList(null, object())));
            default -> {}
        }
        if (random.nextInt(3) == 0) {
            document.put("x", random.nextInt(20) == 0 ? "no number" : random.nextInt(100));
        }
        if (random.nextInt(12) == 0) {
            document.put(random.nextBoolean() ? "m" : "o.m", List.of(1, 2, 3, 4, 5, 6, 7, 8));
        }
        return document;
    }

    private Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        if (random.nextInt(4) > 0) {
            object.put("t", value());
        }
        if (random.nextInt(3) == 0) {
            object.put("y", random.nextInt(100));
        }
        return object;
    }

    private Object value() {
        return switch (random.nextInt(12)) {
            case 0 -> null;
            case 1 -> " ";
            case 2 -> new ArrayList<>(Arrays.asList(text(), null, text()));
            case 3 -> random.nextInt(1000);
            case 4 -> random.nextInt(6) == 0 ? new LinkedHashMap<>(Map.of("wrong", "type")) : 1.5;
            case 5 -> random.nextInt(4) == 0 ? "poison " + text() : text();
            default -> text();
        };
    }

    /** Puts a partial document over a whole one as an update does: objects are merged, all else is replaced. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> merged(Map<String, Object> whole, Map<String, Object> part) {
        Map<String, Object> merged = new LinkedHashMap<>(whole);
        part.forEach((key, value) -> merged.put(
                key,
                value instanceof Map<?, ?> inner && merged.get(key) instanceof Map<?, ?> before
                        ? merged((Map<String, Object>) before, (Map<String, Object>) inner)
                        : value));
        return merged;
    }

    /** All values by the full names of their fields, but for vectors and marks; so spelling does not matter. */
    static Map<String, List<String>> said(Map<String, Object> document) {
        Map<String, List<String>> values = new TreeMap<>();
        gather("", document, values);
        values.keySet().removeIf(name -> isUnder(name, "m") || isUnder(name, "o.m"));
        values.values().forEach(list -> list.sort(null));
        return values;
    }

    /** What stands at a field, in some order. */
    static List<String> texts(Map<String, Object> document, String field) {
        return said(document).getOrDefault(field, List.of()).stream()
                .filter(text -> !text.isBlank())
                .toList();
    }

    private static boolean isUnder(String name, String field) {
        return name.equals(field) || name.startsWith(field + ".");
    }

    private static void gather(String prefix, Object value, Map<String, List<String>> values) {
        if (value instanceof Map<?, ?> object) {
            object.forEach(
                    (key, inner) -> gather(prefix.isEmpty() ? key.toString() : prefix + "." + key, inner, values));
        } else if (value instanceof List<?> list) {
            list.forEach(element -> gather(prefix, element, values));
        } else if (value != null) {
            values.computeIfAbsent(prefix, none -> new ArrayList<>()).add(value.toString());
        }
    }
}
