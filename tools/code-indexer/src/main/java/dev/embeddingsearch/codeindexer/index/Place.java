/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.index;

/** Where the index believes a document's text to be. */
record Place(String path, int startLine, int endLine) {

    boolean isThatOf(CodeDocument document) {
        return startLine == document.startLine() && endLine == document.endLine();
    }
}
