/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

import java.io.IOException;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;

/**
 * Splits code into identifiers, words and numbers, which are runs of letters, digits and underscores. All other characters
 * separate tokens, so that {@code java.util.List}, {@code std::vector} and {@code font-size} are several tokens.
 *
 * <p>Runs of Chinese characters, of Hiragana, of Katakana or of Hangul are tokens of their own. They have the types of {@link
 * StandardTokenizer}, which {@code CJKBigramFilter} expects. Runs longer than {@value #MAX_LENGTH} characters are split.
 */
public final class CodeTokenizer extends Tokenizer {

    /** The type of runs of operator characters. */
    public static final String OPERATOR_TYPE = "<OPERATOR>";

    static final int MAX_LENGTH = 255;

    private static final int END = -1;
    private static final String[] TYPES = types();

    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final OffsetAttribute offset = addAttribute(OffsetAttribute.class);
    private final TypeAttribute type = addAttribute(TypeAttribute.class);
    private final boolean operators;
    private final char[] buffer = new char[4096];
    private int next;
    private int limit;
    /** The number of characters before the buffer. */
    private int gone;

    /** @param operators whether runs of operator characters, such as {@code ->} and {@code +=}, are tokens too */
    public CodeTokenizer(boolean operators) {
        this.operators = operators;
    }

    private static String[] types() {
        String[] types = new String[CodeCharacters.HANGUL + 1];
        types[CodeCharacters.WORD] = StandardTokenizer.TOKEN_TYPES[StandardTokenizer.ALPHANUM];
        types[CodeCharacters.OPERATOR] = OPERATOR_TYPE;
        types[CodeCharacters.HAN] = StandardTokenizer.TOKEN_TYPES[StandardTokenizer.IDEOGRAPHIC];
        types[CodeCharacters.HIRAGANA] = StandardTokenizer.TOKEN_TYPES[StandardTokenizer.HIRAGANA];
        types[CodeCharacters.KATAKANA] = StandardTokenizer.TOKEN_TYPES[StandardTokenizer.KATAKANA];
        types[CodeCharacters.HANGUL] = StandardTokenizer.TOKEN_TYPES[StandardTokenizer.HANGUL];
        return types;
    }

    @Override
    public boolean incrementToken() throws IOException {
        clearAttributes();
        int codePoint = skip();
        if (codePoint == END) {
            return false;
        }
        int kind = CodeCharacters.token(codePoint);
        int start = position();
        int length = 0;
        char[] chars = term.resizeBuffer(MAX_LENGTH + 1);
        do {
            length += Character.toChars(codePoint, chars, length);
            next += Character.charCount(codePoint);
            codePoint = peek();
        } while (length < MAX_LENGTH && continues(kind, codePoint));
        term.setLength(length);
        offset.setOffset(correctOffset(start), correctOffset(position()));
        type.setType(TYPES[kind]);
        return true;
    }

    /** Skips to the next token, and returns its first character. */
    private int skip() throws IOException {
        int codePoint = peek();
        while (codePoint != END && !starts(codePoint)) {
            next += Character.charCount(codePoint);
            codePoint = peek();
        }
        return codePoint;
    }

    private boolean starts(int codePoint) {
        int kind = CodeCharacters.token(codePoint);
        return kind != CodeCharacters.NONE && (operators || kind != CodeCharacters.OPERATOR);
    }

    private static boolean continues(int kind, int codePoint) {
        return codePoint != END
                && (CodeCharacters.token(codePoint) == kind
                        || (codePoint >= 0x300 && CodeCharacters.part(codePoint) == CodeCharacters.MARK));
    }

    private int position() {
        return gone + next;
    }

    /** The current character, without consuming it. */
    private int peek() throws IOException {
        if (next + 1 >= limit) { // it may be a high surrogate
            fill();
            if (next == limit) {
                return END;
            }
        }
        char c = buffer[next];
        return Character.isHighSurrogate(c) ? Character.codePointAt(buffer, next, limit) : c;
    }

    /** Ensures that at least two characters are in the buffer, if the text has as many. */
    private void fill() throws IOException {
        int left = limit - next;
        System.arraycopy(buffer, next, buffer, 0, left);
        gone += next;
        next = 0;
        limit = left;
        while (limit < 2) {
            int read = input.read(buffer, limit, buffer.length - limit);
            if (read < 0) {
                return;
            }
            limit += read;
        }
    }

    @Override
    public void end() throws IOException {
        super.end();
        int last = correctOffset(position());
        offset.setOffset(last, last);
    }

    @Override
    public void reset() throws IOException {
        super.reset();
        next = 0;
        limit = 0;
        gone = 0;
    }
}
