/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

import java.lang.Character.UnicodeScript;

/** Classes of characters in code: by the token that they are part of, and by their role in an identifier. */
final class CodeCharacters {

    /** Part of no token: white space, quotes, brackets, punctuation. */
    static final int NONE = 0;

    /** Part of identifiers, words and numbers. */
    static final int WORD = 1;

    /** Part of operators, which are tokens on request. */
    static final int OPERATOR = 2;

    static final int HAN = 3;
    static final int HIRAGANA = 4;
    static final int KATAKANA = 5;
    static final int HANGUL = 6;

    /** In an identifier: an underscore, or another character that is neither letter nor digit. */
    static final int SEPARATOR = 0;

    /** A lower-case letter, or a letter of a script without case. */
    static final int LOWER = 1;

    static final int UPPER = 2;
    static final int DIGIT = 3;

    /** Belongs to the letter before it. */
    static final int MARK = 4;

    private static final String OPERATORS = "+-*/%=<>!&|^~?:@#";
    private static final int FIRST_EASTERN = 0x1100; // Hangul Jamo
    private static final byte[] TOKENS = new byte[128];
    private static final byte[] PARTS = new byte[128];

    static {
        for (int c = 0; c < TOKENS.length; c++) {
            PARTS[c] = (byte) partOf(c);
            TOKENS[c] = (byte) (PARTS[c] != SEPARATOR || c == '_' ? WORD : OPERATORS.indexOf(c) < 0 ? NONE : OPERATOR);
        }
    }

    private CodeCharacters() {}

    /** The kind of token that the character is part of; a {@link #MARK} continues any token. */
    static int token(int codePoint) {
        return codePoint < TOKENS.length ? TOKENS[codePoint] : tokenBeyondAscii(codePoint);
    }

    private static int tokenBeyondAscii(int codePoint) {
        if (partOf(codePoint) == SEPARATOR) {
            return NONE;
        }
        if (codePoint < FIRST_EASTERN) {
            return WORD;
        }
        return switch (UnicodeScript.of(codePoint)) {
            case HAN -> HAN;
            case HIRAGANA -> HIRAGANA;
            // Both kana share the prolonged sound mark and the voiced marks of half width.
            case COMMON -> Character.getType(codePoint) == Character.MODIFIER_LETTER ? KATAKANA : WORD;
            case KATAKANA -> KATAKANA;
            case HANGUL -> HANGUL;
            default -> WORD;
        };
    }

    /** The role of the character in an identifier. */
    static int part(int codePoint) {
        return codePoint < PARTS.length ? PARTS[codePoint] : partOf(codePoint);
    }

    private static int partOf(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.UPPERCASE_LETTER, Character.TITLECASE_LETTER -> UPPER;
            case Character.LOWERCASE_LETTER,
                    Character.OTHER_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.LETTER_NUMBER -> LOWER;
            case Character.DECIMAL_DIGIT_NUMBER -> DIGIT;
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> MARK;
            default -> SEPARATOR;
        };
    }
}
