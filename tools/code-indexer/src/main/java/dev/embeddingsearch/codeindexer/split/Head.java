/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

/**
 * The nodes that make one declaration.
 *
 * @param node that declares
 * @param value that has the body: the node itself, or the value bound to its name
 * @param wrapper around it, or null
 */
record Head(Syntax node, Syntax value, Syntax wrapper) {

    int start() {
        return wrapper == null ? node.start() : wrapper.start();
    }

    int end() {
        return wrapper == null ? node.end() : wrapper.end();
    }
}
