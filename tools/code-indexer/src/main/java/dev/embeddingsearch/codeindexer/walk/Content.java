/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import java.util.regex.Pattern;

/** Tells what people wrote from what programs did. */
final class Content {

    // Git looks as far for a zero byte.
    private static final int BINARY_HEAD = 8_000;
    private static final int MINIFIED_SIZE = 2_000;
    private static final int MINIFIED_LINE = 400;

    private static final Pattern MINIFIED_NAME = Pattern.compile("[.-]min\\.\\w+$");

    private Content() {}

    static boolean isBinary(byte[] bytes) {
        for (int i = 0; i < Math.min(bytes.length, BINARY_HEAD); i++) {
            if (bytes[i] == 0) {
                return true;
            }
        }
        return false;
    }

    /** Lines that are long on the average: no one reads them. */
    static boolean isMinified(String path, String text) {
        if (MINIFIED_NAME.matcher(path).find()) {
            return true;
        }
        long lines = text.chars().filter(c -> c == '\n').count() + 1;
        return text.length() > MINIFIED_SIZE && text.length() / lines > MINIFIED_LINE;
    }
}
