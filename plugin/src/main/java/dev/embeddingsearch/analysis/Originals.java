/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

/** What becomes of an identifier that is split, and of a word with digits: {@code parseHTTPResponse}, {@code utf8}. */
public enum Originals {
    /** Only its parts are left. */
    NONE,

    /** It stands at the position of its first part, so that phrases find parts and originals: for documents. */
    OVERLAP,

    /**
     * It stands at a position of its own, before its parts. What searches for single terms then rates it as one more
     * term, by its own rarity; queries for phrases find no identifier so.
     */
    APART
}
