/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

/**
 * A stretch of source that is searched for as a whole.
 *
 * @param language of the file, or of the notebook's cell
 * @param part 1 for the first, or only, piece of a declaration
 * @param code its text as it stands in the file; a member that is a piece of its own is here by its signature
 * @param cell of a notebook, counted from 1, in which the lines are counted; 0 elsewhere
 * @param startLine counted from 1
 * @param endLine the last line, inclusive
 */
public record Piece(
        Language language, Declaration declaration, int part, String code, int cell, int startLine, int endLine) {}
