/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import static org.hamcrest.CoreMatchers.startsWith;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.Test;

public class LogTailTests {

    @Test
    public void testReasonsStayAndNoiseGoes() {
        List<String> log = List.of(
                "[2026-01-01T00:00:00,000][INFO ][o.o.n.Node] [one] starting",
                "first",
                "java.lang.IllegalStateException: second",
                "\tat a.B.c(B.java:1)",
                "\t... 12 more",
                "",
                "third");
        assertEquals("java.lang.IllegalStateException: second\nthird", LogTail.of(log, 2));
        assertEquals("first\njava.lang.IllegalStateException: second\nthird", LogTail.of(log, 9));
    }

    @Test
    public void testALogOfNoiseAloneIsShown() {
        assertEquals("b [INFO ] 2", LogTail.of(List.of("a [INFO ] 1", "b [INFO ] 2"), 1));
    }

    @Test
    public void testMissingLogIsSaid() {
        assertThat(LogTail.of(Path.of("/no/such.log"), 3), startsWith("(no log: "));
    }
}
