/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.benchmarks.LatencyCorpus;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.Test;

public class ComparisonOptionsTests {

    @Test
    public void testDefaults() {
        ComparisonOptions options = ComparisonOptions.parse();
        assertEquals(
                new ComparisonOptions(
                        new CorpusOptions("equidistant", 100_000, 384, 200, Path.of("benchmarks/target/vectors")),
                        new Repetition(5, 8),
                        "2g",
                        List.of(new OurIndex("auto", "float32", true), new OurIndex("auto", "float32", false)),
                        Optional.empty(),
                        Path.of("benchmarks/target/peers"),
                        Optional.empty()),
                options);
        assertTrue(options.corpus().isMadeUp());
        assertEquals(LatencyCorpus.Shape.EQUIDISTANT, options.corpus().shape());
    }

    @Test
    public void testAll() {
        ComparisonOptions options = ComparisonOptions.parse(
                "--corpus data/scifact --documents 7 --dimensions 5 --queries 3 --rounds 2 --clients 4 --heap 512m --cache c --output o --plugin-zip p.zip --peer-zips z --quantizations int4+float16,none,none --vectors-in-source false"
                        .split(" ", -1));
        assertEquals(
                new ComparisonOptions(
                        new CorpusOptions("data/scifact", 7, 5, 3, Path.of("c")),
                        new Repetition(2, 4),
                        "512m",
                        List.of(new OurIndex("int4", "float16", false), new OurIndex("none", "float32", false)),
                        Optional.of(Path.of("p.zip")),
                        Path.of("z"),
                        Optional.of(Path.of("o"))),
                options);
        assertFalse(options.corpus().isMadeUp());
    }

    @Test
    public void testMistakes() {
        assertRefused("Unknown option [--what].", "--what", "1");
        assertRefused("A value is expected after [--rounds].", "--rounds");
        assertRefused("[--rounds] expects a positive integer, got [0].", "--rounds", "0");
        assertRefused("[--heap] expects a size like 512m or 2g, got [2].", "--heap", "2");
        assertRefused("[--documents] expects at least 100,", "--documents", "99");
        assertRefused("[--quantizations] expects auto, binary,", "--quantizations", "auto,none+float16");
        assertRefused("[--quantizations] expects auto, binary,", "--quantizations", "");
        assertRefused("[--vectors-in-source] expects true, false or both, got [].", "--vectors-in-source", "true,");
    }

    @Test
    public void testEveryOptionIsInTheUsage() {
        for (String option : ComparisonOptions.DEFAULTS.keySet()) {
            assertTrue(option, ComparisonOptions.USAGE.contains("  " + option + " "));
        }
    }

    private static void assertRefused(String words, String... arguments) {
        SetupException e = assertThrows(SetupException.class, () -> ComparisonOptions.parse(arguments));
        assertTrue(e.getMessage(), e.getMessage().startsWith(words));
    }
}
