/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Words of prose and of identifiers, to compare lines with a question where no analyzer has matched anything. */
final class Words {

    private static final Pattern WORD = Pattern.compile("\\p{Lu}+(?!\\p{Ll})|\\p{Lu}?\\p{Ll}+|\\p{Lo}+|\\p{N}+");
    // Shorter ones are in most lines.
    private static final int LEAST = 3;
    // Words that begin alike are mostly forms of one: sort, sorted; compare, comparison.
    private static final int SAME_START = 5;

    private Words() {}

    static List<String> of(String text) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            if (matcher.group().length() >= LEAST) {
                words.add(matcher.group().toLowerCase(Locale.ROOT));
            }
        }
        return words;
    }

    /** How many of the question's words have a like one in the line. */
    static int overlap(List<String> question, String line) {
        List<String> words = of(line);
        int common = 0;
        for (String asked : question) {
            if (words.stream().anyMatch(word -> alike(asked, word))) {
                common++;
            }
        }
        return common;
    }

    private static boolean alike(String a, String b) {
        int length = Math.min(SAME_START, Math.min(a.length(), b.length()));
        boolean sameStart = a.regionMatches(0, b, 0, length);
        return sameStart && Math.abs(a.length() - b.length()) <= SAME_START;
    }
}
