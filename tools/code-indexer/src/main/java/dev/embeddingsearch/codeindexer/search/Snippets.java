/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Picks the lines of a hit to show: those with most of what matched. Where only the meaning matched, those most like the
 * question, else where the documentation begins, else the declaration: nothing is asked of the service.
 */
final class Snippets {

    // What the server marked counts more than what looks alike.
    private static final int MARKED = 4;
    private static final int DECLARED = 1;
    private static final int NOWHERE = -1;

    /**
     * What a piece declares, and how it is documented.
     *
     * @param summary the first line of its documentation, without marks; may be empty
     */
    record Declared(String symbol, String summary) {

        static Declared of(String symbol, String docstring) {
            return new Declared(symbol, docstring.lines().findFirst().orElse("").strip());
        }
    }

    private final int height;

    /** @param height lines of a snippet at most */
    Snippets(int height) {
        this.height = height;
    }

    /**
     * The best lines.
     *
     * @param code marked or not
     * @param declared what the code declares
     * @param firstLine number of the first line, 0 if the lines are not all there
     */
    List<SnippetLine> of(String code, String question, Declared declared, int firstLine) {
        String[] lines = code.split("\n", -1);
        int[] worth = worth(lines, question, declared);
        int best = best(worth);
        List<SnippetLine> snippet = new ArrayList<>();
        for (int i = best; i < Math.min(best + height, lines.length); i++) {
            snippet.add(new SnippetLine(firstLine == 0 ? 0 : firstLine + i, lines[i]));
        }
        while (!snippet.isEmpty() && snippet.getLast().text().isBlank()) {
            snippet.removeLast();
        }
        return snippet;
    }

    private static int[] worth(String[] lines, String question, Declared declared) {
        List<String> words = Words.of(question);
        int[] worth = new int[lines.length];
        for (int i = 0; i < lines.length; i++) {
            worth[i] = MARKED * marks(lines[i]) + Words.overlap(words, lines[i]);
        }
        boolean alike = Arrays.stream(worth).anyMatch(value -> value > 0);
        int documented = alike ? NOWHERE : first(lines, declared.summary());
        int declaration = documented == NOWHERE ? first(lines, declared.symbol()) : documented;
        if (declaration != NOWHERE) {
            worth[declaration] += DECLARED;
        }
        return worth;
    }

    private static int first(String[] lines, String text) {
        for (int i = 0; i < lines.length && !text.isEmpty(); i++) {
            if (plain(lines[i]).contains(text)) {
                return i;
            }
        }
        return NOWHERE;
    }

    private static int marks(String line) {
        return (int) line.chars().filter(c -> c == SnippetLine.START.charAt(0)).count();
    }

    private static String plain(String line) {
        return new SnippetLine(0, line).text();
    }

    /** The first line of the window that is worth most; it begins with a line that is worth something. */
    private int best(int[] worth) {
        int best = 0;
        int most = -1;
        for (int from = 0; from < worth.length; from++) {
            int sum = 0;
            for (int i = from; i < Math.min(from + height, worth.length); i++) {
                sum += worth[i];
            }
            if (sum > most || (sum == most && worth[best] == 0)) {
                most = sum;
                best = from;
            }
        }
        return best;
    }
}
