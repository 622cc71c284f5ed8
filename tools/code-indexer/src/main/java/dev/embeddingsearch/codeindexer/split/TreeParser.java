/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.Optional;
import org.treesitter.TSInputEncoding;
import org.treesitter.TSLanguage;
import org.treesitter.TSNode;
import org.treesitter.TSParser;
import org.treesitter.TSParserProgress;
import org.treesitter.TSReader;
import org.treesitter.TSTree;
import org.treesitter.TSTreeCursor;

/**
 * Parses texts with a native grammar. The text goes in as UTF-16, so that the tree's bytes are twice the text's characters
 * whatever these are; the native tree ends with the call.
 */
final class TreeParser {

    private static final int BUFFER_BYTES = 1 << 14;
    // Ordinary source takes a step for about a hundred characters; garbled text could take minutes.
    private static final int CHARACTERS_A_STEP = 10;
    private static final int LEAST_STEPS = 1_000;

    /** What to make of a tree. */
    interface Reading<T> {
        T read(TSTreeCursor cursor);
    }

    private final TSLanguage language;

    TreeParser(TSLanguage language) {
        this.language = language;
    }

    /**
     * Reads the tree of a text.
     *
     * @param faultless whether only a tree without any error will do
     * @return nothing if there is no such tree, or it would take too long
     */
    <T> Optional<T> parse(SourceText source, boolean faultless, Reading<T> reading) {
        try (TSParser parser = new TSParser()) {
            if (!parser.setLanguage(language)) {
                throw new IllegalStateException("grammar [" + language.name() + "] does not fit this tree-sitter");
            }
            try (TSTree tree = parser.parseWithOptions(
                    new byte[BUFFER_BYTES],
                    null,
                    reader(source.parsed()),
                    TSInputEncoding.TSInputEncodingUTF16LE,
                    budget(source.length()))) {
                return tree == null ? Optional.empty() : read(tree.getRootNode(), faultless, reading);
            }
        }
    }

    private static <T> Optional<T> read(TSNode root, boolean faultless, Reading<T> reading) {
        if (faultless && root.hasError()) {
            return Optional.empty();
        }
        try (TSTreeCursor cursor = new TSTreeCursor(root)) {
            return Optional.of(reading.read(cursor));
        }
    }

    /** Counted in steps, not in time: the same text must be cut in the same way each time. */
    private static TSParserProgress budget(int characters) {
        int[] left = {LEAST_STEPS + characters / CHARACTERS_A_STEP};
        return state -> left[0]-- <= 0;
    }

    private static TSReader reader(String text) {
        return (buffer, offset, position) -> {
            int from = offset / Character.BYTES;
            int count = Math.min(buffer.length / Character.BYTES, text.length() - from);
            for (int i = 0; i < count; i++) {
                char unit = text.charAt(from + i);
                buffer[2 * i] = (byte) unit;
                buffer[2 * i + 1] = (byte) (unit >> Byte.SIZE);
            }
            return Math.max(count, 0) * Character.BYTES;
        };
    }
}
