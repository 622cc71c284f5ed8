/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

/** Why a file is left out, or read otherwise than it should be. */
public enum Skip {
    IGNORED("ignored by git", false),
    EXCLUDED("excluded", false),
    NOT_SOURCE("of no programming language", false),
    BINARY("binary", false),
    GENERATED("generated", false),
    MINIFIED("minified", false),
    LINK("symbolic links", false),
    TOO_LARGE("too large", true),
    UNREADABLE("unreadable", true),
    GONE("gone while indexing", true),
    NOT_UTF8("not all UTF-8, other bytes read as Latin-1", true);

    private final String words;
    private final boolean named;

    Skip(String words, boolean named) {
        this.words = words;
        this.named = named;
    }

    /** To be said after a count. */
    public String words() {
        return words;
    }

    /** Whether each file is worth a line of its own, asked or not. */
    public boolean named() {
        return named;
    }
}
