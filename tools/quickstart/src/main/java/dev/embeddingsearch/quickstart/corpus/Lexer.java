/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.corpus;

import java.util.ArrayList;
import java.util.List;

/** Cuts Java source into tokens; comments other than Javadoc are left out. */
final class Lexer {

    private static final String TEXT_BLOCK = "\"\"\"";

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String source) {
        Lexer lexer = new Lexer(source);
        while (lexer.position < source.length()) {
            lexer.next();
        }
        return lexer.tokens;
    }

    private void next() {
        char c = source.charAt(position);
        if (Character.isWhitespace(c)) {
            position++;
        } else if (source.startsWith("//", position)) {
            position = indexAfter("\n", position);
        } else if (source.startsWith("/*", position)) {
            comment();
        } else if (source.startsWith(TEXT_BLOCK, position)) {
            add(Token.Kind.LITERAL, endOfLiteral(TEXT_BLOCK));
        } else if (c == '"' || c == '\'') {
            add(Token.Kind.LITERAL, endOfLiteral(String.valueOf(c)));
        } else if (Character.isJavaIdentifierPart(c)) {
            add(Token.Kind.WORD, endOfWord());
        } else {
            add(Token.Kind.SYMBOL, position + 1);
        }
    }

    private void comment() {
        int end = indexAfter("*/", position + 2);
        boolean javadoc = source.startsWith("/**", position) && end - position > "/**/".length();
        if (javadoc) {
            add(Token.Kind.JAVADOC, end);
        }
        position = end;
    }

    private int endOfLiteral(String quote) {
        int i = position + quote.length();
        while (i < source.length() && !source.startsWith(quote, i)) {
            i += source.charAt(i) == '\\' ? 2 : 1;
        }
        return Math.min(i + quote.length(), source.length());
    }

    private int endOfWord() {
        int i = position;
        while (i < source.length() && Character.isJavaIdentifierPart(source.charAt(i))) {
            i++;
        }
        return i;
    }

    private int indexAfter(String text, int from) {
        int index = source.indexOf(text, from);
        return index < 0 ? source.length() : index + text.length();
    }

    private void add(Token.Kind kind, int end) {
        tokens.add(new Token(kind, position, end));
        position = end;
    }
}
