/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.search;

/** Which part of the search is made: all of it, or less, to see what each part is worth. */
public enum Way {
    /** Words alone. */
    BM25("BM25"),
    /** Meaning alone. */
    VECTOR("vector"),
    /** Both, as {@code hybrid_match} fuses them. */
    HYBRID("hybrid_match"),
    /** Both, and above them what a name names: what the tool searches with. */
    SEARCH("search");

    private final String title;

    Way(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }
}
