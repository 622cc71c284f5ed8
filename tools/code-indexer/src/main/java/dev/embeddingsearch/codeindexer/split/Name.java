/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

/**
 * A declared name.
 *
 * @param symbol the name alone
 * @param owner what the declaration itself says it belongs to: a receiver, the qualifier of a qualified name; or empty
 */
record Name(String symbol, String owner) {

    // Computed names can be of any length; nobody asks for longer ones.
    private static final int MOST = 200;

    Name {
        symbol = symbol.length() > MOST ? symbol.substring(0, MOST) : symbol;
        owner = owner.length() > MOST ? owner.substring(0, MOST) : owner;
    }

    static Name plain(String symbol) {
        return new Name(symbol, "");
    }

    boolean isEmpty() {
        return symbol.isBlank();
    }
}
