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

    private Hit hit(JsonNode hit, Question question) {
        JsonNode source = hit.path("_source");
        String code = source.path("code").asText();
        String marked = hit.at("/highlight/code/0").asText(code);
        int start = source.path("start_line").asInt();
        int lines = source.path("end_line").asInt() - start + 1;
        boolean all = code.lines().count() == lines;
        List<SnippetLine> snippet =
                snippets.of(marked, question.text(), source.path("symbol").asText(), all ? start : 0);
        int line = all && !snippet.isEmpty() ? snippet.getFirst().number() : start;
        JsonNode legs = hit.at("/fields/hybrid_scores/0");
        return new Hit(hit.path("_score").asDouble(), source, legs, line, snippet);
    }
}
