/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

/** Moves a stretch of lines to the left margin. */
final class Indentation {

    private Indentation() {}

    /** The lines without the blanks that all of them, but blank lines, begin with. */
    static String without(String code) {
        String[] lines = code.split("\n", -1);
        String common = null;
        for (String line : lines) {
            if (!line.isBlank()) {
                common = common == null ? blanks(line) : shared(common, line);
            }
        }
        if (common == null || common.isEmpty()) {
            return code;
        }
        for (int i = 0; i < lines.length; i++) {
            lines[i] = lines[i].isBlank() ? "" : lines[i].substring(common.length());
        }
        return String.join("\n", lines);
    }

    private static String blanks(String line) {
        return line.substring(0, line.length() - line.stripLeading().length());
    }

    private static String shared(String blanks, String line) {
        int length = 0;
        while (length < blanks.length() && length < line.length() && blanks.charAt(length) == line.charAt(length)) {
            length++;
        }
        return blanks.substring(0, length);
    }
}
