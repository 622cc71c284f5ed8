/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

/**
 * What is never cut: a line or the part of one that belongs to a unit.
 *
 * @param line counted from 0
 * @param breakBefore how bad it is to cut before it
 */
record Atom(String text, int line, int breakBefore) {}
