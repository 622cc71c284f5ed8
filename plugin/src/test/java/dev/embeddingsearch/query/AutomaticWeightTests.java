/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import java.util.List;
import org.opensearch.test.OpenSearchTestCase;

/** Names are looked for more literally than descriptions. */
public class AutomaticWeightTests extends OpenSearchTestCase {

    private static void assertWeight(float weight, List<String> texts) {
        for (String text : texts) {
            assertEquals(text, weight, AutomaticWeight.of(text), 0);
            assertEquals(text, weight, AutomaticWeight.of(" " + text + "\n"), 0);
        }
    }

    public void testNames() {
        assertWeight(
                0.5f,
                List.of(
                        "parseHttpResponse",
                        "snake_case",
                        "MAX_SIZE",
                        "std::vector",
                        "close()",
                        "list.append(x)",
                        "src/main/App.java",
                        "\"to be or not\""));
    }

    public void testTextsWithNames() {
        assertWeight(
                0.6f,
                List.of(
                        "what does parseHttpResponse return",
                        "difference between foo_bar and spam",
                        "the words \"lazy dog\" in a sentence",
                        "call close() twice"));
    }

    public void testLongTexts() {
        String fifteen = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen";
        assertWeight(0.7f, List.of(fifteen));
        assertWeight(0.6f, List.of(fifteen + " sixteen"));
    }

    public void testDescriptions() {
        assertWeight(
                0.7f,
                List.of(
                        "winter sport with brooms",
                        "python sort dict by value",
                        "and/or",
                        "e.g. this one",
                        "3D",
                        "5 \" pipe",
                        "\u51ac\u306e\u30b9\u30dd\u30fc\u30c4",
                        "x"));
    }
}
