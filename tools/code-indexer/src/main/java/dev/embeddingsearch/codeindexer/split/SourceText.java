/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.Arrays;
import java.util.List;

/** A file's text, where its lines start, and what of it a grammar does not read. */
final class SourceText {

    private final String text;
    private final int[] lineStarts;
    private final List<Hidden> hidden;

    SourceText(String text) {
        this(text, List.of());
    }

    /** @param hidden in order, none overlapping another */
    SourceText(String text, List<Hidden> hidden) {
        this.text = text;
        this.lineStarts = lineStarts(text);
        this.hidden = hidden;
    }

    private static int[] lineStarts(String text) {
        int[] starts = new int[16];
        int lines = 1;
        for (int i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
            if (lines == starts.length) {
                starts = Arrays.copyOf(starts, lines * 2);
            }
            starts[lines++] = i + 1;
        }
        return Arrays.copyOf(starts, lines);
    }

    String text() {
        return text;
    }

    List<Hidden> hidden() {
        return hidden;
    }

    /** The text with blanks in place of what is hidden. */
    String parsed() {
        if (hidden.isEmpty()) {
            return text;
        }
        StringBuilder parsed = new StringBuilder(text);
        for (Hidden span : hidden) {
            for (int i = span.start(); i < span.end(); i++) {
                if (!Character.isWhitespace(text.charAt(i))) {
                    parsed.setCharAt(i, ' ');
                }
            }
        }
        return parsed.toString();
    }

    int length() {
        return text.length();
    }

    String slice(int start, int end) {
        return text.substring(start, end);
    }

    int lines() {
        return lineStarts.length;
    }

    /** The line of an offset, counted from 0. */
    int lineOf(int offset) {
        int found = Arrays.binarySearch(lineStarts, offset);
        return found >= 0 ? found : -found - 2;
    }

    int lineStart(int line) {
        return lineStarts[line];
    }

    /** Where the next line starts, or the text ends. */
    int lineEnd(int line) {
        return line + 1 < lineStarts.length ? lineStarts[line + 1] : text.length();
    }

    /** Whether nothing but blanks stands before it in its line. */
    boolean firstInLine(int offset) {
        return isBlank(lineStarts[lineOf(offset)], offset);
    }

    boolean isBlank(int from, int to) {
        for (int i = from; i < to; i++) {
            if (!Character.isWhitespace(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
