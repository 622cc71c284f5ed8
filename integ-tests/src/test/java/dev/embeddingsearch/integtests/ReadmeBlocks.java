/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import java.util.ArrayList;
import java.util.List;

/** The fenced {@code bash} blocks of a Markdown text that stand between the comments {@code test:begin} and {@code test:end}. */
final class ReadmeBlocks {

    private static final String BEGIN = "<!-- test:begin -->";
    private static final String END = "<!-- test:end -->";

    private final List<String> blocks = new ArrayList<>();
    private boolean marked;
    /** The block being read, or null outside of blocks. */
    private StringBuilder block;

    private boolean bash;

    private ReadmeBlocks() {}

    /**
     * Reads the blocks, in their order.
     *
     * @throws IllegalArgumentException if a block or a pair of comments is not closed
     */
    static List<String> of(String markdown) {
        ReadmeBlocks reading = new ReadmeBlocks();
        markdown.lines().forEach(reading::read);
        if (reading.marked || reading.block != null) {
            throw new IllegalArgumentException("a block or [" + BEGIN + "] is not closed");
        }
        return List.copyOf(reading.blocks);
    }

    private void read(String line) {
        if (line.startsWith("```")) {
            fence(line.substring(3).strip());
        } else if (block != null) {
            block.append(line).append('\n');
        } else if (line.strip().equals(BEGIN)) {
            marked = true;
        } else if (line.strip().equals(END)) {
            marked = false;
        }
    }

    private void fence(String language) {
        if (block == null) {
            block = new StringBuilder();
            bash = language.equals("bash");
            return;
        }
        if (marked && bash) {
            blocks.add(block.toString());
        }
        block = null;
    }
}
