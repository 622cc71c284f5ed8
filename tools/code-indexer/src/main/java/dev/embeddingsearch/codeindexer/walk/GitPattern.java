/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A line of a {@code .gitignore}.
 *
 * @param text as written
 * @param glob without the marks around it, in bytes
 * @param keeps whether it takes back what an earlier pattern left out
 * @param foldersOnly whether it ends with a slash
 * @param anywhere whether it has no other slash, so that names at any depth match
 * @param ignoreCase as {@code core.ignoreCase} says
 */
record GitPattern(String text, String glob, boolean keeps, boolean foldersOnly, boolean anywhere, boolean ignoreCase) {

    private static final String SPECIAL = "*?[\\";

    /** Nothing for blank lines and comments. */
    static Optional<GitPattern> of(String line, boolean ignoreCase) {
        String text = withoutTrailingBlanks(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
        if (text.isEmpty() || text.startsWith("#")) {
            return Optional.empty();
        }
        boolean keeps = text.startsWith("!");
        String bare = keeps ? text.substring(1) : text;
        boolean foldersOnly = bare.endsWith("/");
        String glob = bytes(foldersOnly ? bare.substring(0, bare.length() - 1) : bare);
        return Optional.of(new GitPattern(text, glob, keeps, foldersOnly, glob.indexOf('/') < 0, ignoreCase));
    }

    /** Blanks at the end do not count, unless a backslash stands before them. */
    private static String withoutTrailingBlanks(String line) {
        int end = 0;
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) == '\\') {
                i++;
                if (i == line.length()) {
                    return line;
                }
                end = i + 1;
            } else if (line.charAt(i) != ' ') {
                end = i + 1;
            }
        }
        return line.substring(0, end);
    }

    /** The bytes of a text, each as a character. */
    static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** @param path in bytes, from the folder the pattern was written for, with forward slashes */
    boolean matches(String path, boolean isFolder) {
        if (foldersOnly && !isFolder) {
            return false;
        }
        if (anywhere) {
            return Wildmatch.matches(glob, path.substring(path.lastIndexOf('/') + 1), ignoreCase);
        }
        String anchored = glob.startsWith("/") ? glob.substring(1) : glob;
        // As git does: two stars right behind the plain text at the beginning count as between slashes.
        int plain = plainLength(anchored);
        return startsWith(path, anchored.substring(0, plain))
                && Wildmatch.matches(anchored.substring(plain), path.substring(plain), ignoreCase);
    }

    private boolean startsWith(String path, String start) {
        return ignoreCase ? Wildmatch.lower(path).startsWith(Wildmatch.lower(start)) : path.startsWith(start);
    }

    private static int plainLength(String glob) {
        int length = 0;
        while (length < glob.length() && SPECIAL.indexOf(glob.charAt(length)) < 0) {
            length++;
        }
        return length;
    }
}
