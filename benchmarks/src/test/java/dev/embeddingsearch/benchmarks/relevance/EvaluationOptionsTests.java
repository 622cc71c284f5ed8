/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.model.ModelCatalog;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.Test;

public class EvaluationOptionsTests {

    @Test
    public void testAll() {
        EvaluationOptions options = EvaluationOptions.parse(
                "--model",
                "e5-small-v2",
                "--queries",
                "50",
                "--cache",
                "c",
                "--output",
                "o.md",
                "data/a=code-names",
                "data/b");
        assertEquals(
                new EvaluationOptions(
                        List.of(
                                new EvaluationOptions.Source(Path.of("data/a"), Analysis.CODE_NAMES),
                                new EvaluationOptions.Source(Path.of("data/b"), Analysis.ENGLISH)),
                        ModelCatalog.find("e5-small-v2").orElseThrow(),
                        50,
                        Path.of("c"),
                        Optional.of(Path.of("o.md"))),
                options);
    }

    @Test
    public void testDefaultModel() {
        assertEquals("all-minilm-l6-v2", EvaluationOptions.parse("a").model().id());
    }

    @Test
    public void testMistakes() {
        assertRefused("Name the folder of at least one data set.");
        assertRefused("Unknown option [--what].", "--what");
        assertRefused("A value is expected after [--queries].", "a", "--queries");
        assertRefused("A model is one that the plugin's catalog knows, not [x].", "--model", "x", "a");
        assertRefused("A number of queries is a positive integer, not [0].", "--queries", "0", "a");
        assertRefused("An analyzer is code, code-names, english, german, cjk or standard, not [klingon].", "a=klingon");
    }

    private static void assertRefused(String words, String... arguments) {
        SetupException e = assertThrows(SetupException.class, () -> EvaluationOptions.parse(arguments));
        assertTrue(e.getMessage(), e.getMessage().startsWith(words));
    }
}
