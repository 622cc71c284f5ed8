/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.testkit;

import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Vectors of unit length that follow from texts. */
public final class TextVectors {

    private static final float TOLERANCE = 1e-6f;
    private static final Pattern WORD =
            Pattern.compile("[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}ー]|[\\p{IsLatin}\\p{IsDigit}]+");
    private static final int DIMENSIONS_OF_A_WORD = 8;

    private TextVectors() {}

    /** The vector that follows from the whole text: another for every text, near to none. */
    public static float[] of(String text, int dimensions) {
        SplittableRandom random = new SplittableRandom(hash(text));
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) random.nextDouble(-1, 1);
        }
        return normalize(vector);
    }

    /** Whether this is the vector {@link #of} the text, but for the last digits that decimal numbers may cost. */
    public static boolean matches(String text, float[] vector) {
        float[] right = of(text, vector.length);
        for (int i = 0; i < right.length; i++) {
            if (!(Math.abs(right[i] - vector[i]) <= TOLERANCE)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The vector that follows from the words of a text: texts that share words are near, in each model in another way. A
     * character of Chinese or Japanese counts as a word.
     */
    public static float[] ofWords(String model, String text, int dimensions) {
        float[] vector = new float[dimensions];
        Matcher words = WORD.matcher(text.toLowerCase(Locale.ROOT));
        while (words.find()) {
            add(vector, model + " " + words.group());
        }
        return normalize(vector);
    }

    private static void add(float[] vector, String word) {
        SplittableRandom random = new SplittableRandom(word.hashCode());
        for (int i = 0; i < DIMENSIONS_OF_A_WORD; i++) {
            vector[random.nextInt(vector.length)] += random.nextBoolean() ? 1 : -1;
        }
    }

    private static float[] normalize(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        if (squares == 0) {
            vector[0] = 1;
            return vector;
        }
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (vector[i] / Math.sqrt(squares));
        }
        return vector;
    }

    /** A hash of 64 bits: with 32, some of many texts would share a vector. */
    public static long hash(CharSequence text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
