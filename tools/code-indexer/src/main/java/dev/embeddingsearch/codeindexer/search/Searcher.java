/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.search;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.codeindexer.rest.Cluster;
import java.util.ArrayList;
import java.util.List;

/** Searches an index of code. */
public final class Searcher {

    private final Cluster cluster;
    private final String index;
    private final Snippets snippets;

    /**
     * A searcher of one index.
     *
     * @param lines of a snippet at most
     */
    public Searcher(Cluster cluster, String index, int lines) {
        this.cluster = cluster;
        this.index = index;
        this.snippets = new Snippets(lines);
    }

    /** The best hits, the best first. */
    public List<Hit> search(Question question) {
        JsonNode reply = cluster.require(
                "POST", index + "/_search", new SearchBody().of(question).toString());
        List<Hit> hits = new ArrayList<>();
        reply.at("/hits/hits").forEach(hit -> hits.add(hit(hit, question)));
        return hits;
    }

    /** Where the best hits of a part of the search are, the best first. */
    public List<Found> find(Question question, Way way) {
        JsonNode reply = cluster.require(
                "POST", index + "/_search", new SearchBody().of(question, way).toString());
        List<Found> found = new ArrayList<>();
        for (JsonNode hit : reply.at("/hits/hits")) {
            JsonNode source = hit.path("_source");
            String symbol = source.path("symbol").asText();
            String container = source.path("container").asText();
            String name = container.isEmpty() ? symbol : container + "." + symbol;
            found.add(new Found(
                    source.path("path").asText(),
                    name,
                    symbol,
                    source.path("kind").asText()));
        }
        return found;
    }

    private Hit hit(JsonNode hit, Question question) {
        JsonNode source = hit.path("_source");
        String code = source.path("code").asText();
        String marked = hit.at("/highlight/code/0").asText(code);
        int start = source.path("start_line").asInt();
        int lines = source.path("end_line").asInt() - start + 1;
        boolean all = code.lines().count() == lines;
        Snippets.Declared declared = Snippets.Declared.of(
                source.path("symbol").asText(), source.path("docstring").asText());
        List<SnippetLine> snippet = snippets.of(marked, question.text(), declared, all ? start : 0);
        int line = all && !snippet.isEmpty() ? snippet.getFirst().number() : start;
        JsonNode legs = hit.at("/fields/hybrid_scores/0");
        return new Hit(hit.path("_score").asDouble(), source, legs, line, snippet);
    }
}
