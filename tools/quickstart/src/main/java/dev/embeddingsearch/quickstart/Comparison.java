/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Searches an index twice, with BM25 alone and with {@code hybrid_match}, over the same fields. */
final class Comparison {

    /**
     * A search to compare.
     *
     * @param name the fields that name a hit, from the outside to the inside
     * @param separator what stands between them
     */
    record Search(String index, List<String> name, String separator, List<String> fields, String text) {

        static Search code(String text) {
            List<String> fields = List.of("symbol^0.25", "docstring", "code");
            return new Search(CodeLoader.INDEX, List.of("container", "symbol"), ".", fields, text);
        }

        static Search docs(String text) {
            return new Search("docs", List.of("path", "title"), ": ", List.of("title", "body"), text);
        }

        String nameOf(JsonNode source) {
            return name.stream()
                    .filter(source::has)
                    .map(field -> source.path(field).asText())
                    .collect(Collectors.joining(separator));
        }
    }

    static final List<Search> SEARCHES = List.of(
            Search.code("put elements of an array into random order"),
            Search.code("turn a time span into readable text"),
            Search.code("escape special characters for a web page"),
            Search.code("for (int i = 0, j = a.length - 1; i < j; i++, j--) { T t = a[i]; a[i] = a[j]; a[j] = t; }"),
            Search.code("ArrayUtils.toPrimitive"),
            Search.docs("which RAM do vectors need"),
            Search.docs("the provider has an outage"));

    private static final List<String> HEADINGS = List.of("BM25 alone", "hybrid_match: BM25 and meaning");
    private static final int WIDTH = 46;
    private static final int SHOWN = 5;
    // Overloads share a name and would fill the table.
    private static final int FETCHED = 40;

    private final ObjectMapper json = new ObjectMapper();
    private final Rest rest;

    Comparison(Rest rest) {
        this.rest = rest;
    }

    /** The best hits of both, side by side. */
    String run(Search search) {
        List<String> lexical = hits(search, multiMatch(search));
        List<String> hybrid = hits(search, hybridMatch(search));
        String title = "%s: \"%s\"".formatted(search.index(), search.text());
        return title + "\n" + new Table(WIDTH).print(HEADINGS, List.of(lexical, hybrid));
    }

    private ObjectNode multiMatch(Search search) {
        ObjectNode query = json.createObjectNode();
        query.putObject("multi_match").put("query", search.text()).set("fields", json.valueToTree(search.fields()));
        return query;
    }

    private ObjectNode hybridMatch(Search search) {
        ObjectNode query = json.createObjectNode();
        query.putObject("hybrid_match")
                .put("query", search.text())
                .put("embedding_field", "meaning")
                .set("fields", json.valueToTree(search.fields()));
        return query;
    }

    private List<String> hits(Search search, ObjectNode query) {
        ObjectNode body = json.createObjectNode().put("size", FETCHED);
        body.set("_source", json.valueToTree(search.name()));
        body.set("query", query);
        JsonNode reply = rest.send("POST", search.index() + "/_search", body.toString());
        Map<String, Double> best = new LinkedHashMap<>();
        for (JsonNode hit : reply.path("hits").path("hits")) {
            best.putIfAbsent(
                    search.nameOf(hit.path("_source")), hit.path("_score").asDouble());
        }
        return labels(best);
    }

    static List<String> labels(Map<String, Double> scores) {
        List<String> labels = new ArrayList<>();
        scores.forEach((name, score) -> labels.add(String.format(Locale.ROOT, "%5.2f  %s", score, name)));
        return labels.subList(0, Math.min(SHOWN, labels.size()));
    }
}
