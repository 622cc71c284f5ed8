/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.search;

/**
 * A line to show.
 *
 * @param number in the file; 0 where it is not known
 * @param marked its text with {@link #START} and {@link #END} around what matched
 */
public record SnippetLine(int number, String marked) {

    public static final String START = SearchBody.MARK_START;

    public static final String END = SearchBody.MARK_END;

    /** Without the marks. */
    public String text() {
        return marked.replace(START, "").replace(END, "");
    }
}
