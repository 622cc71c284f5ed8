/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.regex.Pattern;

/** Takes the marks off comments and documentation strings. */
final class Docstrings {

    private static final Pattern OPENING =
            Pattern.compile("^\\s*(?:/\\*+!?|//[/!]*|#+|--+|;+|\"\"\"|'''|\\*(?!/)|<!--)\\s?");
    private static final Pattern CLOSING = Pattern.compile("\\s*(?:\\*+/|\"\"\"|'''|-->)\\s*$");
    private static final Pattern STRING_MARKS = Pattern.compile("^[a-zA-Z]{0,2}(\"\"\"|'''|\"|')|(\"\"\"|'''|\"|')$");

    private Docstrings() {}

    /** The words of one comment, or of several below each other. */
    static String ofComment(String comment) {
        StringBuilder words = new StringBuilder();
        for (String line : comment.split("\n", -1)) {
            String bare = CLOSING.matcher(line).replaceFirst("");
            words.append(OPENING.matcher(bare).replaceFirst("").strip()).append('\n');
        }
        return words.toString().strip();
    }

    /** The words of a string literal. */
    static String ofString(String literal) {
        StringBuilder words = new StringBuilder();
        for (String line : STRING_MARKS.matcher(literal.strip()).replaceAll("").split("\n", -1)) {
            words.append(line.strip()).append('\n');
        }
        return words.toString().strip();
    }
}
