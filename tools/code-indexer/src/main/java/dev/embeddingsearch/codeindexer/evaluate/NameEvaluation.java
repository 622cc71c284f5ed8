/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.evaluate;

import dev.embeddingsearch.codeindexer.search.Found;
import dev.embeddingsearch.codeindexer.search.Question;
import dev.embeddingsearch.codeindexer.search.Searcher;
import dev.embeddingsearch.codeindexer.search.Way;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Asks for every name that the index has, and counts how often what is so called comes first. */
public final class NameEvaluation {

    private static final List<Way> WAYS = List.of(Way.BM25, Way.HYBRID, Way.SEARCH);

    private static final Found NOTHING = new Found("", "", "", "");

    private final Searcher searcher;
    private final IndexedNames names;

    public NameEvaluation(Searcher searcher, IndexedNames names) {
        this.searcher = searcher;
        this.names = names;
    }

    /** A table of sorts of names, how many there are, and the share of them that each way finds first. */
    public String table() {
        StringBuilder text = new StringBuilder("| asked by name | |");
        WAYS.forEach(way -> text.append(' ').append(way.title()).append(" |"));
        text.append("\n|---|---|").append("---|".repeat(WAYS.size())).append('\n');
        List<String> methods = List.of("function", "method");
        row(text, "functions and methods", names.of(methods), methods);
        row(text, "the same, as `Owner.name`", names.withOwners(methods), methods);
        row(text, "types", names.of(List.of("type")), List.of("type"));
        // They are called like their type, which comes before them.
        row(text, "constructors, or their type", names.of(List.of("constructor")), List.of("constructor", "type"));
        return text.toString();
    }

    private void row(StringBuilder text, String title, List<IndexedNames.Named> asked, List<String> kinds) {
        if (asked.isEmpty()) {
            return;
        }
        text.append(String.format(Locale.ROOT, "| %s | %d |", title, asked.size()));
        for (Way way : WAYS) {
            long right = asked.parallelStream()
                    .map(named -> first(named, way))
                    .filter(found -> kinds.contains(found.kind()))
                    .count();
            text.append(String.format(Locale.ROOT, " %d (%.3f) |", right, (double) right / asked.size()));
        }
        text.append('\n');
    }

    /** What comes first, if it is so called. */
    private Found first(IndexedNames.Named named, Way way) {
        List<Found> found = searcher.find(new Question(named.question(), false, 1, null, Map.of()), way);
        return found.isEmpty() || !named.fits(found.getFirst()) ? NOTHING : found.getFirst();
    }
}
