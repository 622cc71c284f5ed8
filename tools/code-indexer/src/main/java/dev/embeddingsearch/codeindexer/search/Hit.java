/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.search;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A piece that was found.
 *
 * @param source its document
 * @param legs what {@code hybrid_scores} says of it
 * @param line of the file where the snippet starts, or the piece, if its lines do not follow each other in the file
 */
public record Hit(double score, JsonNode source, JsonNode legs, int line, List<SnippetLine> snippet) {

    public String path() {
        return text("path");
    }

    /** Where to open it: {@code path:line}, in a notebook {@code path:cell:line}. */
    public String place() {
        int cell = source.path("cell").asInt();
        return path() + (cell > 0 ? ":cell " + cell : "") + ":" + line;
    }

    /** Its name with what it is inside. */
    public String name() {
        String container = text("container");
        return container.isEmpty() ? text("symbol") : container + "." + text("symbol");
    }

    public String text(String field) {
        return source.path(field).asText();
    }

    /** The part of the score that a leg makes, before its weight. */
    public double leg(String name) {
        return legs.path(name).path("normalized").asDouble();
    }
}
