/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embeddingsearch.codeindexer.search.Hit;
import dev.embeddingsearch.codeindexer.search.SnippetLine;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Shows hits to people, or to programs. */
final class HitPrinter {

    private static final String BOLD = "\u001b[1m";
    private static final String COLOUR = "\u001b[1;33m";
    private static final String PLAIN = "\u001b[0m";
    private static final String[] COPIED = {
        "repository",
        "commit",
        "path",
        "language",
        "kind",
        "symbol",
        "container",
        "signature",
        "docstring",
        "part",
        "cell",
        "start_line",
        "end_line",
        "code"
    };

    private final PrintWriter out;
    private final boolean colours;

    HitPrinter(PrintWriter out, boolean colours) {
        this.out = out;
        this.colours = colours;
    }

    void print(List<Hit> hits) {
        if (hits.isEmpty()) {
            out.println("nothing found");
        }
        for (Hit hit : hits) {
            out.println(String.format(
                    Locale.ROOT,
                    "%s%s%s  %s %s  %.3f (lexical %.3f, vector %.3f)",
                    colours ? BOLD : "",
                    hit.place(),
                    colours ? PLAIN : "",
                    hit.text("kind"),
                    hit.name(),
                    hit.score(),
                    hit.leg("lexical"),
                    hit.leg("vector")));
            if (!hit.text("signature").isEmpty()) {
                out.println("          " + hit.text("signature"));
            }
            hit.snippet().forEach(this::print);
            out.println();
        }
    }

    private void print(SnippetLine line) {
        String number = line.number() == 0 ? "" : Integer.toString(line.number());
        String text = colours
                ? line.marked().replace(SnippetLine.START, COLOUR).replace(SnippetLine.END, PLAIN)
                : line.text();
        out.println(String.format(Locale.ROOT, "%7s | %s", number, text));
    }

    void printJson(List<Hit> hits) {
        ObjectMapper json = new ObjectMapper();
        ArrayNode array = json.createArrayNode();
        for (Hit hit : hits) {
            ObjectNode object = array.addObject().put("score", hit.score()).put("line", hit.line());
            object.set("scores", hit.legs());
            for (String field : COPIED) {
                if (hit.source().has(field)) {
                    object.set(field, hit.source().get(field));
                }
            }
            ArrayNode snippet = object.putArray("snippet");
            hit.snippet().forEach(line -> snippet.add(line.text()));
        }
        out.println(array.toPrettyString());
    }
}
