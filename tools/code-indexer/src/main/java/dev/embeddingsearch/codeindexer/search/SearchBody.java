/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.search;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Writes the search: both legs over the fields that help, and above them the declaration that a name names. */
final class SearchBody {

    /** Around what matched; in no source. */
    static final String MARK_START = "\ue000";

    static final String MARK_END = "\ue001";

    // A name in many signatures is worth less than its words in the text.
    private static final String[] FIELDS = {"symbol^0.25", "docstring", "code"};
    // More than both legs together: what is asked for by its name comes first.
    private static final float DEFINITION = 1;
    private static final float OWNED_DEFINITION = 2;

    private final ObjectMapper json = new ObjectMapper();

    ObjectNode of(Question question) {
        ObjectNode body = json.createObjectNode().put("size", question.size());
        body.putObject("_source").putArray("excludes").add("meaning");
        body.putObject("ext").put("hybrid_scores", true);
        body.set("query", query(question));
        body.set("highlight", highlight(question));
        return body;
    }

    private ObjectNode query(Question question) {
        ObjectNode query = json.createObjectNode();
        ObjectNode bool = query.putObject("bool");
        bool.putObject("must").set("hybrid_match", hybridMatch(question));
        if (!question.code()) {
            Name.of(question.text()).ifPresent(name -> addDefinitions(bool.putArray("should"), name));
        }
        return query;
    }

    private ObjectNode hybridMatch(Question question) {
        ObjectNode hybrid =
                json.createObjectNode().put("query", question.text()).put("embedding_field", "meaning");
        hybrid.set("fields", json.valueToTree(FIELDS));
        if (question.code()) {
            hybrid.put("code", question.text());
        }
        if (question.weight() != null) {
            hybrid.put("vector_weight", question.weight());
        }
        if (!question.filters().isEmpty()) {
            ArrayNode filters = hybrid.putObject("filter").putObject("bool").putArray("filter");
            for (Map.Entry<String, String> filter : question.filters().entrySet()) {
                filters.addObject().putObject("wildcard").put(filter.getKey(), filter.getValue());
            }
        }
        return hybrid;
    }

    private void addDefinitions(ArrayNode should, Name name) {
        should.add(definition(name.symbol(), "", DEFINITION));
        if (!name.owner().isEmpty()) {
            should.add(definition(name.symbol(), name.owner(), OWNED_DEFINITION - DEFINITION));
        }
    }

    private ObjectNode definition(String symbol, String owner, float boost) {
        ObjectNode query = json.createObjectNode();
        ObjectNode constant = query.putObject("constant_score").put("boost", boost);
        ObjectNode bool = constant.putObject("filter").putObject("bool");
        ArrayNode filters = bool.putArray("filter");
        filters.addObject().putObject("term").put("symbol.raw", symbol);
        filters.addObject().putObject("term").put("part", 1);
        bool.putObject("must_not").putObject("term").put("kind", "file");
        if (!owner.isEmpty()) {
            filters.addObject()
                    .putObject("match")
                    .putObject("container")
                    .put("query", owner)
                    .put("operator", "and");
        }
        return query;
    }

    private ObjectNode highlight(Question question) {
        ObjectNode highlight = json.createObjectNode();
        highlight.putArray("pre_tags").add(MARK_START);
        highlight.putArray("post_tags").add(MARK_END);
        ObjectNode code = highlight.putObject("fields").putObject("code").put("number_of_fragments", 0);
        code.putObject("highlight_query").putObject("match").put("code", question.text());
        return highlight;
    }
}
