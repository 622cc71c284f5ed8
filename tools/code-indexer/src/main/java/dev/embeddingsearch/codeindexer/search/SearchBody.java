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

    private static final String MEANING = "meaning";
    // The docstring is in the code as well: the better of both counts.
    private static final String[] TEXTS = {"docstring", "code"};
    // Beside the text, not instead of it.
    private static final float NAME = 0.5f;

    private final ObjectMapper json = new ObjectMapper();

    ObjectNode of(Question question) {
        ObjectNode body = json.createObjectNode().put("size", question.size());
        body.putObject("_source").putArray("excludes").add(MEANING);
        body.putObject("ext").put("hybrid_scores", true);
        body.set("query", full(question));
        body.set("highlight", highlight(question));
        return body;
    }

    /** The same search or a part of it, without what shows a hit to people. */
    ObjectNode of(Question question, Way way) {
        ObjectNode body = json.createObjectNode().put("size", question.size());
        body.putArray("_source").add("path").add("container").add("symbol").add("kind");
        ObjectNode query = switch (way) {
            case BM25 -> lexical(question);
            case VECTOR -> vector(question);
            case HYBRID -> json.createObjectNode().set("hybrid_match", hybridMatch(question));
            case SEARCH -> full(question);
        };
        body.set("query", query);
        return body;
    }

    private ObjectNode lexical(Question question) {
        ObjectNode query = json.createObjectNode();
        ArrayNode should = query.putObject("bool").putArray("should");
        should.addObject()
                .putObject("multi_match")
                .put("query", question.text())
                .set("fields", json.valueToTree(TEXTS));
        should.addObject()
                .putObject("match")
                .putObject("symbol")
                .put("query", question.text())
                .put("boost", NAME);
        // The analyzers find no words in an operator.
        Name.of(question.text())
                .filter(Name::isSymbolic)
                .ifPresent(name -> name.spellings()
                        .forEach(spelling -> should.addObject()
                                .putObject("term")
                                .putObject("symbol.raw")
                                .put("value", spelling)
                                .put("boost", NAME)));
        return query;
    }

    private ObjectNode vector(Question question) {
        ObjectNode query = json.createObjectNode();
        query.putObject("embedding").put("field", MEANING).put(input(question), question.text());
        return query;
    }

    private static String input(Question question) {
        return question.code() ? "code" : "text";
    }

    private ObjectNode full(Question question) {
        ObjectNode query = json.createObjectNode();
        ObjectNode bool = query.putObject("bool");
        bool.putObject("must").set("hybrid_match", hybridMatch(question));
        if (!question.code()) {
            Name.of(question.text()).ifPresent(name -> bool.set("should", Definitions.of(name)));
        }
        return query;
    }

    private ObjectNode hybridMatch(Question question) {
        ObjectNode hybrid = json.createObjectNode().put("embedding_field", MEANING);
        hybrid.set("lexical", lexical(question));
        hybrid.put(input(question), question.text());
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

    private ObjectNode highlight(Question question) {
        ObjectNode highlight = json.createObjectNode();
        highlight.putArray("pre_tags").add(MARK_START);
        highlight.putArray("post_tags").add(MARK_END);
        ObjectNode code = highlight.putObject("fields").putObject("code").put("number_of_fragments", 0);
        code.putObject("highlight_query").putObject("match").put("code", question.text());
        return highlight;
    }
}
