/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.ArrayList;
import java.util.List;

/** The words and marks of a text in C or C++, without its comments. */
final class CTokens {

    /** What a token is. */
    enum TokenType {
        WORD,
        NUMBER,
        LITERAL,
        /** One character, or {@code ::}. */
        MARK,
        /** A line of the preprocessor with those that continue it. */
        DIRECTIVE
    }

    /** @param end exclusive */
    record Token(TokenType type, int start, int end) {}

    private final String text;
    private final List<Token> tokens = new ArrayList<>();

    private CTokens(String text) {
        this.text = text;
    }

    static List<Token> of(String text) {
        CTokens reader = new CTokens(text);
        reader.read();
        return reader.tokens;
    }

    private void read() {
        boolean lineStart = true;
        for (int at = 0; at < text.length(); ) {
            char c = text.charAt(at);
            int end;
            if (Character.isWhitespace(c)) {
                lineStart |= c == '\n';
                at++;
                continue;
            }
            if (text.startsWith("//", at)) {
                at = lineEnd(at);
                continue;
            }
            if (text.startsWith("/*", at)) {
                at = behind("*/", at + 2);
                continue;
            }
            if (c == '#' && lineStart) {
                end = add(TokenType.DIRECTIVE, at, directiveEnd(at));
            } else if (c == '"' || c == '\'') {
                end = add(TokenType.LITERAL, at, literalEnd(at));
            } else if (Character.isDigit(c)) {
                end = add(TokenType.NUMBER, at, wordEnd(at));
            } else if (Character.isJavaIdentifierStart(c)) {
                end = word(at);
            } else {
                end = add(TokenType.MARK, at, text.startsWith("::", at) ? at + 2 : at + 1);
            }
            lineStart = false;
            at = end;
        }
    }

    private int add(TokenType type, int start, int end) {
        tokens.add(new Token(type, start, end));
        return end;
    }

    private int word(int start) {
        int end = wordEnd(start);
        boolean raw = text.startsWith("R\"", end - 1) && end < text.length();
        return raw ? add(TokenType.LITERAL, start, rawEnd(end)) : add(TokenType.WORD, start, end);
    }

    private int wordEnd(int start) {
        int end = start;
        while (end < text.length() && Character.isJavaIdentifierPart(text.charAt(end))) {
            end++;
        }
        return end;
    }

    /** Strings end at their mark, or with the line: text that is not C must not swallow the rest. */
    private int literalEnd(int start) {
        for (int at = start + 1; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\') {
                at++;
            } else if (c == text.charAt(start)) {
                return at + 1;
            } else if (c == '\n') {
                return at;
            }
        }
        return text.length();
    }

    /** @param quote of {@code R"mark(...)mark"} */
    private int rawEnd(int quote) {
        int open = text.indexOf('(', quote);
        return open < 0 ? text.length() : behind(")" + text.substring(quote + 1, open) + "\"", open);
    }

    private int behind(String mark, int from) {
        int found = text.indexOf(mark, from);
        return found < 0 ? text.length() : found + mark.length();
    }

    private int lineEnd(int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    private int directiveEnd(int start) {
        int end = lineEnd(start);
        while (end < text.length() && text.substring(start, end).stripTrailing().endsWith("\\")) {
            end = lineEnd(end + 1);
        }
        return end;
    }
}
