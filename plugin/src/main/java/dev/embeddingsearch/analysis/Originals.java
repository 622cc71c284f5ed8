/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

/** What happens to a split identifier or a split word with digits: {@code parseHTTPResponse}, {@code utf8}. */
public enum Originals {
    /** It is removed. */
    NONE,

    /** It has the position of its first part, so that phrases match parts and originals. For documents. */
    OVERLAP,

    /**
     * It has a position of its own, before its parts. Queries of single terms then score it as one more term with its own
     * idf; phrase queries do not match identifiers.
     */
    APART
}
