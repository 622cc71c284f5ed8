/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Vectors of any length that say which words a text has: texts that share words are near, in each model in another way.
 * A character of Chinese or Japanese counts as a word.
 */
final class HashVectors {

    private static final Pattern WORD =
            Pattern.compile("[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}ー]|[\\p{IsLatin}\\p{IsDigit}]+");
    private static final int PLACES_OF_A_WORD = 8;

    private HashVectors() {}

    /** The vector of unit length. */
    static float[] of(String model, String text, int dimensions) {
        float[] vector = new float[dimensions];
        Matcher words = WORD.matcher(text.toLowerCase(Locale.ROOT));
        while (words.find()) {
            add(vector, model + " " + words.group());
        }
        normalise(vector);
        return vector;
    }

    private static void add(float[] vector, String word) {
        SplittableRandom random = new SplittableRandom(word.hashCode());
        for (int i = 0; i < PLACES_OF_A_WORD; i++) {
            vector[random.nextInt(vector.length)] += random.nextBoolean() ? 1 : -1;
        }
    }

    private static void normalise(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        if (squares == 0) {
            vector[0] = 1;
            return;
        }
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (vector[i] / Math.sqrt(squares));
        }
    }
}
