/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.search;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Clauses for what is declared under a name. Each adds 1, more than both legs together: what is asked for by its name comes
 * first, and a type before its constructors. An owner that fits adds to that, and one that is called exactly so adds more.
 */
final class Definitions {

    private Definitions() {}

    static ArrayNode of(Name name) {
        ArrayNode should = JsonNodeFactory.instance.arrayNode();
        addDefinition(should, name.symbol());
        addDefinition(should, name.symbol()).addObject().putObject("term").put("kind", "type");
        if (!name.owner().isEmpty()) {
            addDefinition(should, name.symbol())
                    .addObject()
                    .putObject("match")
                    .putObject("container")
                    .put("query", name.owner())
                    .put("operator", "and");
            addDefinition(should, name.symbol()).addObject().putObject("term").put("container.raw", name.owner());
        }
        return should;
    }

    /** Returns the conditions, for more of them. */
    private static ArrayNode addDefinition(ArrayNode should, String symbol) {
        ObjectNode constant = should.addObject().putObject("constant_score").put("boost", 1f);
        ObjectNode bool = constant.putObject("filter").putObject("bool");
        bool.putObject("must_not").putObject("term").put("kind", "file");
        ArrayNode filters = bool.putArray("filter");
        filters.addObject().putObject("term").put("symbol.raw", symbol);
        filters.addObject().putObject("term").put("part", 1);
        return filters;
    }
}
