/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameter;
import org.junit.runners.Parameterized.Parameters;

/** The pieces of a file have every non-blank character of it, whatever it holds. */
@RunWith(Parameterized.class)
public class NothingLostTests {

    private static final int GARBLED = 15;
    private static final String NOISE = "{}()[]<>\"'`;:,.#@/*\\-+=!?\n\n \t\r\0\u00e4\u4e2d\ud83d\ude00\ud83d";

    @Parameter
    public String name;

    @Parameters(name = "{0}")
    public static Iterable<String> names() {
        return Samples.NAMES;
    }

    // Told with each failure; a run takes its own.
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    public void testSampleIsWhole() {
        for (int limit : new int[] {Splitter.DEFAULT_LIMIT, 300, 100}) {
            check(Samples.text(name), limit);
        }
    }

    @Test
    public void testGarbledSampleIsWhole() {
        for (int i = 0; i < GARBLED; i++) {
            check(garbled(Samples.text(name)), 100 + random.nextInt(500));
        }
    }

    @Test
    public void testNoiseIsWhole() {
        StringBuilder noise = new StringBuilder();
        for (int i = 0; i < 800; i++) {
            noise.append(NOISE.charAt(random.nextInt(NOISE.length())));
        }
        check(noise.toString(), 100);
    }

    @Test
    public void testDeepNestingIsWhole() {
        check("{".repeat(3_000), 1_000);
        check("(".repeat(1_500) + ")".repeat(1_500), 1_000);
    }

    @Test
    public void testEmptyAndBlankFilesHaveNoPieces() {
        Splitter splitter = new Splitter(Splitter.DEFAULT_LIMIT);
        assertEquals(List.of(), splitter.split(Samples.language(name), name, ""));
        assertEquals(List.of(), splitter.split(Samples.language(name), name, " \n\t\n"));
    }

    /** Characters replaced, lines dropped, halves swapped: what editors and mergers do to files. */
    private String garbled(String text) {
        StringBuilder garbled = new StringBuilder(text);
        for (int i = random.nextInt(8); i >= 0; i--) {
            int from = random.nextInt(garbled.length());
            int to = Math.min(garbled.length(), from + random.nextInt(40));
            switch (random.nextInt(4)) {
                case 0 -> garbled.delete(from, to);
                case 1 -> garbled.insert(from, garbled.substring(from, to));
                case 2 -> garbled.insert(from, NOISE.charAt(random.nextInt(NOISE.length())));
                default -> garbled.setCharAt(from, NOISE.charAt(random.nextInt(NOISE.length())));
            }
            if (garbled.isEmpty()) {
                garbled.append(' ');
            }
        }
        return garbled.toString();
    }

    private void check(String text, int limit) {
        String message = "seed " + seed + ", limit " + limit + ", text:\n" + text;
        Language language = Samples.language(name);
        Splitter splitter = new Splitter(limit);
        List<Span> own = new ArrayList<>();
        collect(splitter.outline(Dialect.of(language, name, text), name).file(), 0, text.length(), own);
        own.sort((a, b) -> Integer.compare(a.from(), b.from()));
        StringBuilder whole = new StringBuilder();
        own.forEach(span -> whole.append(text, span.from(), span.to()));
        assertEquals(message, text, whole.toString());
        checkCharacters(message, text, splitter.split(language, name, text), limit);
    }

    private record Span(int from, int to) {}

    /** What each unit has for itself; a unit outside of the one around it, or inside a neighbour, is a fault. */
    private void collect(Unit unit, int least, int most, List<Span> own) {
        assertTrue("seed " + seed + ": " + unit, unit.start() >= least && unit.end() <= most);
        int position = unit.start();
        for (Unit child : unit.children()) {
            own.add(new Span(position, child.start()));
            collect(child, position, unit.end(), own);
            position = child.end();
        }
        own.add(new Span(position, unit.end()));
    }

    private static void checkCharacters(String message, String text, List<Piece> pieces, int limit) {
        int[] counts = new int[Character.MAX_VALUE + 1];
        int lines = new SourceText(text).lines();
        int next = 0;
        for (Piece piece : pieces) {
            piece.code().chars().forEach(unit -> counts[unit]++);
            assertTrue(message, piece.code().length() <= limit);
            assertTrue(message, piece.startLine() >= 1 && piece.endLine() <= lines);
            assertTrue(message, piece.startLine() <= piece.endLine());
            next = piece.part() == 1 ? 1 : next + 1;
            assertEquals(message, next, piece.part());
        }
        text.chars().filter(unit -> !Character.isWhitespace(unit)).forEach(unit -> counts[unit]--);
        for (int count : counts) {
            assertTrue(message, count >= 0);
        }
    }
}
