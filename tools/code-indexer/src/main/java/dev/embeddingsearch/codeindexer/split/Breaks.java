/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.Arrays;

/** Where a text may be cut when it is too long: how bad it is to cut before each line is the depth of what starts there. */
final class Breaks {

    /** Inside something. */
    static final int NEVER = Integer.MAX_VALUE;

    private final int[] depths;

    Breaks(int lines) {
        this.depths = new int[lines];
        Arrays.fill(depths, NEVER);
    }

    int at(int line) {
        return depths[line];
    }

    /** The outermost of what starts in a line counts. */
    void mark(int line, int depth) {
        depths[line] = Math.min(depths[line], depth);
    }
}
