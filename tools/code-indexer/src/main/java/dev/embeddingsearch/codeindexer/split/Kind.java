/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.Locale;

/** What a piece of source is. */
public enum Kind {
    FUNCTION,
    METHOD,
    CONSTRUCTOR,
    /** A class, interface, struct, enum, trait, module or the like, its members by their signatures alone. */
    TYPE,
    /** What stands in a file outside all of these. */
    FILE;

    /** As documents have it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
