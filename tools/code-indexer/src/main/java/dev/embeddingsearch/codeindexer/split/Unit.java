/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.List;

/**
 * A declaration and its place in a text.
 *
 * @param start of its first comment, attribute or word
 * @param end exclusive
 * @param children in order, inside this one, none overlapping another
 */
record Unit(Declaration declaration, int start, int end, List<Unit> children) {}
