/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.server.EmbeddingModel.Embedded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.Test;

public class OnnxModelTests {
    private static final ServedModel SERVED = BundledModels.ALL_MINILM_L6_V2;
    private static final int READABLE = SERVED.window() - 2;
    private static final OnnxModel MODEL = load();

    private static OnnxModel load() {
        try {
            return OnnxModel.load(SERVED);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    public void testMeaningIsNearness() {
        assertNearer("a dog", "puppy", "tax law");
        assertNearer(
                "How do I get a refund?", "Customers can return items and receive their money back.", "Bees dance.");
    }

    @Test
    public void testQuestionsFindTheirCode() {
        List<String> questions =
                List.of("reverse a string", "read all lines of a file", "largest common divisor of two numbers");
        List<String> code = List.of(
                "static String reverse(String s) { return new StringBuilder(s).reverse().toString(); }",
                "List<String> load(Path file) throws IOException { return Files.readAllLines(file); }",
                "int gcd(int a, int b) { return b == 0 ? a : gcd(b, a % b); }");
        for (int i = 0; i < questions.size(); i++) {
            for (int j = 0; j < code.size(); j++) {
                if (i != j) {
                    assertNearer(questions.get(i), code.get(i), code.get(j));
                }
            }
        }
    }

    @Test
    public void testVectorsHaveUnitLengthWhateverTheText() {
        for (String text : List.of(
                "word",
                " ",
                "\u0000",
                "a lone \ud800 surrogate",
                "\u65e5\u672c\u8a9e",
                "\ud83d\ude00",
                "[MASK]",
                "x".repeat(500))) {
            float[] vector = MODEL.embed(text).vector();
            assertEquals(SERVED.dimensions(), vector.length);
            assertEquals(text, 1, cosine(vector, vector), 1e-6);
        }
    }

    @Test
    public void testTokensAreTheModelsOwnWordPieces() {
        assertEquals(1, MODEL.embed("dog").tokens());
        assertEquals("em ##bed ##ding ##s", 4, MODEL.embed("embeddings").tokens());
        assertEquals(0, MODEL.embed("   ").tokens());
        assertEquals(3, MODEL.embed("\u65e5\u672c\u8a9e").tokens());
    }

    @Test
    public void testLongTextIsCutAtTheWindow() {
        List<String> words = words(1000);
        Embedded whole = MODEL.embed(String.join(" ", words));
        assertEquals(READABLE, whole.tokens());
        assertArrayEquals(
                MODEL.embed(String.join(" ", words.subList(0, READABLE))).vector(), whole.vector(), 0);
        Embedded shorter = MODEL.embed(String.join(" ", words.subList(0, READABLE - 1)));
        assertEquals(READABLE - 1, shorter.tokens());
        assertTrue(cosine(shorter.vector(), whole.vector()) < 0.99999);
    }

    @Test
    public void testHugeTextReadsAsItsBeginning() {
        String beginning = String.join(" ", words(300));
        assertArrayEquals(
                MODEL.embed(beginning).vector(),
                MODEL.embed(beginning + " tail".repeat(4_000_000)).vector(),
                0);
    }

    @Test
    public void testBatchEqualsSingleOnAnyNumberOfThreads() {
        List<String> texts =
                new ArrayList<>(List.of("a dog", "int f(int x) { return x; }", String.join(" ", words(300))));
        texts.addAll(Collections.nCopies(20, "the same text"));
        try (EmbeddingPool pool = new EmbeddingPool(3)) {
            List<Embedded> batch = pool.embed(MODEL, texts);
            for (int i = 0; i < texts.size(); i++) {
                assertArrayEquals(
                        MODEL.embed(texts.get(i)).vector(), batch.get(i).vector(), 0);
            }
        }
    }

    /** Words of one token each. */
    private static List<String> words(int count) {
        List<String> some = Arrays.asList("dog", "law", "snow", "stone", "river", "music", "bread");
        List<String> words = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            words.add(some.get((i * i + i / 3) % some.size()));
        }
        return words;
    }

    private static void assertNearer(String text, String near, String far) {
        float[] vector = MODEL.embed(text).vector();
        double toNear = cosine(vector, MODEL.embed(near).vector());
        double toFar = cosine(vector, MODEL.embed(far).vector());
        assertTrue(text + ": " + near + " " + toNear + ", " + far + " " + toFar, toNear > toFar + 0.1);
    }

    private static double cosine(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
