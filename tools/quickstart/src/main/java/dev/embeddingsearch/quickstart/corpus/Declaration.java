/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.corpus;

import java.util.ArrayList;
import java.util.List;

/** A member while it is read: the tokens of its signature, by index, and which of them is a method's name. */
final class Declaration {

    private static final int NONE = -1;

    private final String javadoc;
    private final int start;
    private final List<Integer> kept = new ArrayList<>();
    private int name = NONE;

    Declaration(String javadoc, int start) {
        this.javadoc = javadoc;
        this.start = start;
    }

    void keep(int token) {
        kept.add(token);
    }

    /** Notes that parameters begin: the token before them is the method's name. */
    void parameters(int parenthesis) {
        if (!isMethod() && !kept.isEmpty() && kept.getLast() == parenthesis - 1) {
            name = parenthesis - 1;
        }
    }

    /** A block after the name of its own type alone is a record's compact constructor. */
    void compactConstructor(Tokens tokens, String type) {
        if (!isMethod() && !kept.isEmpty() && tokens.textAt(kept.getLast()).equals(type)) {
            name = kept.getLast();
        }
    }

    boolean isMethod() {
        return name != NONE;
    }

    int name() {
        return name;
    }

    int start() {
        return start;
    }

    List<Integer> kept() {
        return kept;
    }

    String javadoc() {
        return javadoc;
    }
}
