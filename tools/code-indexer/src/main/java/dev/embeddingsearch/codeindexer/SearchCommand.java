/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer;

import dev.embeddingsearch.codeindexer.rest.Cluster;
import dev.embeddingsearch.codeindexer.search.Hit;
import dev.embeddingsearch.codeindexer.search.Question;
import dev.embeddingsearch.codeindexer.search.Searcher;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Searches an index of code. */
@Command(
        name = "search",
        description = "Searches the index by words and by meaning at once.",
        mixinStandardHelpOptions = true)
final class SearchCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ClusterOptions target;

    @Parameters(index = "0", paramLabel = "QUESTION", description = "Words, a name like Type.method, or code.")
    private String text;

    @Option(names = "--code", description = "The question is a piece of code: find what is like it.")
    private boolean code;

    @Option(names = "--size", paramLabel = "N", description = "Hits (default: 10).")
    private int size = 10;

    @Option(names = "--lines", paramLabel = "N", description = "Lines of a snippet (default: 5).")
    private int lines = 5;

    @Option(names = "--weight", paramLabel = "0..1", description = "Weight of the meaning (default: the query's).")
    private Double weight;

    @Option(names = "--repository", paramLabel = "NAME", description = "Only in this one; * for anything.")
    private String repository;

    @Option(names = "--language", paramLabel = "NAME", description = "Only in this one, like java or python.")
    private String language;

    @Option(names = "--kind", paramLabel = "NAME", description = "function, method, constructor, type or file.")
    private String kind;

    @Option(names = "--path", paramLabel = "PATTERN", description = "Only these, like 'src/main/*'.")
    private String path;

    @Option(names = "--json", description = "Prints the hits as JSON.")
    private boolean asJson;

    @Override
    public void run() {
        Question question = new Question(text, code, size, weight, filters());
        PrintWriter out = spec.commandLine().getOut();
        try (Cluster cluster = target.connect()) {
            List<Hit> hits = new Searcher(cluster, target.index(), Math.max(lines, 1)).search(question);
            HitPrinter printer = new HitPrinter(out, CommandLine.Help.Ansi.AUTO.enabled());
            if (asJson) {
                printer.printJson(hits);
            } else {
                printer.print(hits);
            }
        }
        out.flush();
    }

    private Map<String, String> filters() {
        Map<String, String> filters = new LinkedHashMap<>();
        put(filters, "repository", repository);
        put(filters, "language", language);
        put(filters, "kind", kind);
        put(filters, "path.raw", path);
        return filters;
    }

    private static void put(Map<String, String> filters, String field, String value) {
        if (value != null) {
            filters.put(field, value);
        }
    }
}
