/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.testkit;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

public class TextVectorsTests {

    private static double cosine(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Test
    public void testVectorsHaveUnitLengthAndFollowFromTheText() {
        float[] vector = TextVectors.of("stones", 100);
        assertEquals(1, cosine(vector, vector), 1e-6);
        assertTrue(TextVectors.matches("stones", vector));
        assertFalse(TextVectors.matches("stone", vector));
    }

    @Test
    public void testTextsThatShareWordsAreNear() {
        float[] vector = TextVectors.ofWords("m", "Stones on ice", 1000);
        assertEquals(1, cosine(vector, TextVectors.ofWords("m", "ice, on stones", 1000)), 1e-6);
        assertEquals(2 / 3.0, cosine(vector, TextVectors.ofWords("m", "brooms on ice", 1000)), .1);
        assertEquals(0, cosine(vector, TextVectors.ofWords("another", "Stones on ice", 1000)), .1);
        assertEquals(.5, cosine(TextVectors.ofWords("m", "冰壶", 1000), TextVectors.ofWords("m", "冰上", 1000)), .1);
    }

    @Test
    public void testBase64IsLittleEndian() {
        assertEquals("AACAPwAAAMA=", Base64Vector.of(1, -2));
        assertArrayEquals(new float[] {1, -2}, Base64Vector.read("AACAPwAAAMA="), 0);
    }
}
