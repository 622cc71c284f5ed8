/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.analysis;

import static dev.embeddingsearch.analysis.CodeCharacters.DIGIT;
import static dev.embeddingsearch.analysis.CodeCharacters.LOWER;
import static dev.embeddingsearch.analysis.CodeCharacters.MARK;
import static dev.embeddingsearch.analysis.CodeCharacters.SEPARATOR;
import static dev.embeddingsearch.analysis.CodeCharacters.UPPER;

import org.apache.lucene.util.ArrayUtil;

/**
 * The terms in an identifier, in order: the whole, its words, and the letters and digits of words that have both.
 *
 * <p>A word ends before a character that is neither letter nor digit; before a capital that follows a lower-case letter or a
 * digit; and before the last of several capitals if a lower-case letter follows, unless that is the s of a plural: {@code
 * HTTP|Response}, {@code URLs}. A word that begins with a digit extends over letters and digits of any case. A word is split
 * between letters and digits, unless there are so many such places that it is a literal or a hash: more than three, or more
 * than one after a leading digit.
 */
final class IdentifierParts {

    private static final int MAX_CHANGES = 3;
    private static final int FIELDS = 3;

    private final IdentifierSplitting splitting;
    /** For each term its start, its end, and 1 if the next terms are its parts. */
    private int[] terms = new int[8 * FIELDS];

    private int count;
    private char[] text;
    private int length;

    IdentifierParts(IdentifierSplitting splitting) {
        this.splitting = splitting;
    }

    int count() {
        return count;
    }

    int start(int term) {
        return terms[FIELDS * term];
    }

    int end(int term) {
        return terms[FIELDS * term + 1];
    }

    /** Whether the next terms are parts of this one. */
    boolean hasParts(int term) {
        return terms[FIELDS * term + 2] == 1;
    }

    /** The position increment of the term. */
    int increment(int term) {
        return term > 0 && hasParts(term - 1) && splitting.originals() == Originals.OVERLAP ? 0 : 1;
    }

    /** Splits the first {@code size} characters. There are no terms, not even the whole, if nothing is split. */
    void split(char[] characters, int size) {
        text = characters;
        length = size;
        count = 0;
        if (isOneWord()) {
            return;
        }
        if (keepsOriginals()) {
            add(0, length, true);
        }
        int wholes = count;
        for (int start = skipSeparators(0); start < length; ) {
            int end = wordEnd(start);
            addWord(start, end);
            start = skipSeparators(end);
        }
        dropRepeatedWhole(wholes);
    }

    private boolean keepsOriginals() {
        return splitting.originals() != Originals.NONE;
    }

    private boolean isOneWord() {
        for (int i = 0; i < length; i++) {
            if (text[i] < 'a' || text[i] > 'z') {
                return false;
            }
        }
        return true;
    }

    /** Removes the whole where its first word is as long, or where it has no word. */
    private void dropRepeatedWhole(int wholes) {
        if (wholes == 1 && (count == 1 || spansAll(1))) {
            count--;
            System.arraycopy(terms, FIELDS, terms, 0, FIELDS * count);
        }
        if (count == 1 && spansAll(0)) {
            count = 0;
        }
    }

    private boolean spansAll(int term) {
        return start(term) == 0 && end(term) == length;
    }

    private int skipSeparators(int from) {
        int i = from;
        while (i < length) {
            int codePoint = Character.codePointAt(text, i, length);
            if (CodeCharacters.part(codePoint) != SEPARATOR) {
                break;
            }
            i += Character.charCount(codePoint);
        }
        return i;
    }

    private int wordEnd(int start) {
        boolean byCase = splitting.onCaseChange() && partAt(start) != DIGIT;
        int before = SEPARATOR;
        int capitals = 0;
        int last = start;
        for (int i = start; i < length; ) {
            int codePoint = Character.codePointAt(text, i, length);
            int part = CodeCharacters.part(codePoint);
            if (part == SEPARATOR) {
                return i;
            }
            if (part != MARK) {
                if (byCase && part == UPPER && (before == LOWER || before == DIGIT)) {
                    return i;
                }
                if (byCase && part == LOWER && capitals > 1 && !isPlural(i)) {
                    return last;
                }
                capitals = part == UPPER ? capitals + 1 : 0;
                before = part;
                last = i;
            }
            i += Character.charCount(codePoint);
        }
        return length;
    }

    private boolean isPlural(int i) {
        return text[i] == 's' && (i + 1 == length || partAt(i + 1) != LOWER);
    }

    private int partAt(int i) {
        return CodeCharacters.part(Character.codePointAt(text, i, length));
    }

    private void addWord(int start, int end) {
        int changes = splitting.onNumerics() ? changes(start, end) : 0;
        if (changes == 0 || changes > (partAt(start) == DIGIT ? 1 : MAX_CHANGES) || isHexadecimal(start, end)) {
            add(start, end, false);
            return;
        }
        if (keepsOriginals()) {
            add(start, end, true);
        }
        for (int from = start; from < end; ) {
            int to = change(from, end);
            add(from, to, false);
            from = to;
        }
    }

    private int changes(int start, int end) {
        int changes = 0;
        for (int i = change(start, end); i < end; i = change(i, end)) {
            changes++;
        }
        return changes;
    }

    /** The first place after {@code from} between a letter and a digit. */
    private int change(int from, int end) {
        boolean digits = partAt(from) == DIGIT;
        for (int i = from; i < end; ) {
            int codePoint = Character.codePointAt(text, i, end);
            int part = CodeCharacters.part(codePoint);
            if (part != MARK && (part == DIGIT) != digits) {
                return i;
            }
            i += Character.charCount(codePoint);
        }
        return end;
    }

    private boolean isHexadecimal(int start, int end) {
        return end - start > 1 && text[start] == '0' && (text[start + 1] | ' ') == 'x';
    }

    private void add(int start, int end, boolean hasParts) {
        terms = ArrayUtil.grow(terms, FIELDS * (count + 1));
        terms[FIELDS * count] = start;
        terms[FIELDS * count + 1] = end;
        terms[FIELDS * count + 2] = hasParts ? 1 : 0;
        count++;
    }
}
