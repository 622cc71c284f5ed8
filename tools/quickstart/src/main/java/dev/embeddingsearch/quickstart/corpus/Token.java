/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.corpus;

/** A piece of Java source from {@code start} to before {@code end}. */
record Token(Kind kind, int start, int end) {

    enum Kind {
        /** An identifier, a keyword, or a run of digits and letters of a number. */
        WORD,
        /** A string, a text block or a character. */
        LITERAL,
        JAVADOC,
        /** A single character of punctuation. */
        SYMBOL
    }
}
