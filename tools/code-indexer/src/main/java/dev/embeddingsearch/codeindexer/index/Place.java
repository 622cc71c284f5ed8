/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.index;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Where a document's text is, or the index believes it to be.
 *
 * @param cell of a notebook, in which the lines are counted; 0 elsewhere
 */
record Place(String path, int cell, int startLine, int endLine) {

    /** Writes what changes where text moves within its file. */
    void write(ObjectNode document) {
        if (cell > 0) {
            document.put("cell", cell);
        }
        document.put("start_line", startLine).put("end_line", endLine);
    }
}
