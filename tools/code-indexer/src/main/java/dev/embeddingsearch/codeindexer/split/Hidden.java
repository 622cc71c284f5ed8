/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

/**
 * Text that a grammar does not read: the parser sees blanks in its place, the pieces have it as it stands.
 *
 * @param end exclusive
 * @param attribute whether it belongs to the declaration right below or behind it
 */
record Hidden(int start, int end, boolean attribute) {}
