/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.corpus;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tokens of one source file and a place among them; Javadoc is kept apart, with the token it precedes. */
final class Tokens {

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private final Map<Integer, Token> javadocs = new HashMap<>();
    private int position;

    Tokens(String source) {
        this.source = source;
        for (Token token : Lexer.tokens(source)) {
            if (token.kind() == Token.Kind.JAVADOC) {
                javadocs.put(tokens.size(), token);
            } else {
                tokens.add(token);
            }
        }
    }

    int position() {
        return position;
    }

    boolean atEnd() {
        return position >= tokens.size();
    }

    boolean at(String text) {
        return text().equals(text);
    }

    /** The token here; empty at the end. */
    String text() {
        return textAt(position);
    }

    /** The token some places ahead; empty beyond the end. */
    String text(int ahead) {
        return textAt(position + ahead);
    }

    String textAt(int index) {
        return index < tokens.size()
                ? source.substring(tokens.get(index).start(), tokens.get(index).end())
                : "";
    }

    boolean isWord(int ahead) {
        int index = position + ahead;
        return index < tokens.size() && tokens.get(index).kind() == Token.Kind.WORD;
    }

    /** The Javadoc before the token here; empty where there is none. */
    String javadoc() {
        Token javadoc = javadocs.get(position);
        return javadoc == null ? "" : source.substring(javadoc.start(), javadoc.end());
    }

    void skip() {
        skip(1);
    }

    void skip(int count) {
        moveTo(position + count);
    }

    void moveTo(int index) {
        position = Math.min(index, tokens.size());
    }

    /** Moves past the token here, or past all that it opens. */
    void skipGroup() {
        moveTo(afterGroup());
    }

    /** Moves past an annotation with its elements. */
    void skipAnnotation() {
        skip(2);
        while (at(".")) {
            skip(2);
        }
        if (at("(")) {
            skipGroup();
        }
    }

    /** The place after the bracket that closes the one here; after the token here where that is no bracket. */
    int afterGroup() {
        int depth = 0;
        for (int i = position; i < tokens.size(); i++) {
            depth += step(i);
            if (depth <= 0) {
                return i + 1;
            }
        }
        return tokens.size();
    }

    /** The place of the semicolon that ends the statement here. */
    int indexOfSemicolon() {
        int depth = 0;
        for (int i = position; i < tokens.size(); i++) {
            if (depth == 0 && textAt(i).equals(";")) {
                return i;
            }
            depth += step(i);
        }
        return tokens.size();
    }

    private int step(int index) {
        return switch (textAt(index)) {
            case "(", "[", "{" -> 1;
            case ")", "]", "}" -> -1;
            default -> 0;
        };
    }

    /** These tokens on one line, with spaces where the source has space or something was left out. */
    String join(List<Integer> indices) {
        StringBuilder line = new StringBuilder();
        for (int index : indices) {
            if (!line.isEmpty() && isSpaceBefore(index) && line.charAt(line.length() - 1) != '(') {
                line.append(' ');
            }
            line.append(textAt(index));
        }
        return line.toString();
    }

    private boolean isSpaceBefore(int index) {
        return tokens.get(index - 1).end() < tokens.get(index).start();
    }

    /** The source from one token to before another, moved to the left margin. */
    String code(int from, int to) {
        int start = tokens.get(from).start();
        int lineStart = source.lastIndexOf('\n', start) + 1;
        boolean alone = source.substring(lineStart, start).isBlank();
        String code =
                source.substring(alone ? lineStart : start, tokens.get(to - 1).end());
        return code.stripIndent().strip();
    }

    /** The line of a token, counted from 1. */
    int line(int index) {
        return 1
                + (int) source.substring(0, tokens.get(index).start())
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
    }
}
