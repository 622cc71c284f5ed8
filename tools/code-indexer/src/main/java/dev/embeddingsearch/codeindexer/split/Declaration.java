/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

/**
 * What is declared, and how.
 *
 * @param symbol its own name, or the file's for {@link Kind#FILE}
 * @param container names of what it is inside, outermost first, joined by dots; empty at the top
 * @param signature its head without the body, on one line
 * @param docstring its documentation without the marks of comments
 */
public record Declaration(Kind kind, String symbol, String container, String signature, String docstring) {}
