/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.Arrays;

/** A file's text and where its lines start. */
final class SourceText {

    private final String text;
    private final int[] lineStarts;

    SourceText(String text) {
        this.text = text;
        this.lineStarts = lineStarts(text);
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
