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

    private static final float EXACT = 0.5f;

    private Definitions() {}

    static ArrayNode of(Name name) {
        ArrayNode should = JsonNodeFactory.instance.arrayNode();
        addDefinition(should, name);
        if (name.spellings().size() > 1) {
            exact(should, name);
        }
        addDefinition(should, name).addObject().putObject("term").put("kind", "type");
        if (!name.owner().isEmpty()) {
            addDefinition(should, name)
                    .addObject()
                    .putObject("match")
                    .putObject("container")
                    .put("query", name.owner())
                    .put("operator", "and");
            addDefinition(should, name).addObject().putObject("term").put("container.raw", name.owner());
        }
        return should;
    }

    /** Of operators that are spelled in two ways, the one that was asked for comes first. */
    private static void exact(ArrayNode should, Name name) {
        should.addObject()
                .putObject("constant_score")
                .put("boost", EXACT)
                .putObject("filter")
                .putObject("term")
                .put("symbol.raw", name.symbol());
    }

    /** Returns the conditions, for more of them. */
    private static ArrayNode addDefinition(ArrayNode should, Name name) {
        ObjectNode constant = should.addObject().putObject("constant_score").put("boost", 1f);
        ObjectNode bool = constant.putObject("filter").putObject("bool");
        bool.putObject("must_not").putObject("term").put("kind", "file");
        ArrayNode filters = bool.putArray("filter");
        ArrayNode spellings = filters.addObject().putObject("terms").putArray("symbol.raw");
        name.spellings().forEach(spellings::add);
        filters.addObject().putObject("term").put("part", 1);
        return filters;
    }
}
