/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import java.util.regex.Pattern;

/**
 * Weight of the vector leg by the shape of what is searched for: who writes a name wants that very name, who describes
 * something wants what is meant.
 */
final class AutomaticWeight {

    /** What stands for it in a query. */
    static final String NAME = "auto";

    private static final float FOR_NAMES = 0.5f;
    private static final float FOR_TEXTS_WITH_NAMES = 0.6f;
    private static final int LONG_TEXT_WORDS = 15;

    private static final Pattern WORD_BREAK = Pattern.compile("\\s+");
    private static final Pattern QUOTED = Pattern.compile("\"[^\"]+\"");

    /** {@code camelCase}, {@code snake_case}, {@code Outer::inner}, {@code call()}, {@code a.b(}, {@code src/a.c}. */
    private static final Pattern IDENTIFIER =
            Pattern.compile("[\\p{Ll}\\p{Nd}]\\p{Lu}\\p{Ll}|\\p{L}\\p{Nd}*_[\\p{L}\\p{Nd}]|\\w::\\w"
                    + "|\\w\\(\\)|\\w\\.\\w+\\(|\\w/[\\w./-]*\\w\\.\\p{Ll}");

    private AutomaticWeight() {}

    /** The weight for a text that is searched for, in [0, 1]. */
    static float of(String text) {
        String searched = text.strip();
        boolean named =
                IDENTIFIER.matcher(searched).find() || QUOTED.matcher(searched).find();
        int words = WORD_BREAK.split(searched).length;
        if (named && (words == 1 || QUOTED.matcher(searched).matches())) {
            return FOR_NAMES;
        }
        return named || words > LONG_TEXT_WORDS ? FOR_TEXTS_WITH_NAMES : HybridMatchQueryBuilder.DEFAULT_VECTOR_WEIGHT;
    }
}
