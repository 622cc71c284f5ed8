/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

/**
 * What a text declares, and where it may be cut when that is too long.
 *
 * @param file the whole text as a unit
 */
record Outline(Unit file, Breaks breaks) {}
