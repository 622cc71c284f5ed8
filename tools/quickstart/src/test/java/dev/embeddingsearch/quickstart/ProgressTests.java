/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import static org.junit.Assert.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.Test;

public class ProgressTests {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicLong clock = new AtomicLong();

    @Test
    public void testATerminalSeesOneChangingLine() {
        Progress progress = progress(true);
        after(2, 500, progress);
        after(2, 1000, progress);
        assertEquals(
                "\r  code  [###############...............]    500 of 1,000  250/s    2 s left "
                        + "\r  code  [##############################]  1,000 of 1,000  250/s    0 s left \n",
                bytes.toString(StandardCharsets.UTF_8));
    }

    @Test
    public void testALogSeesALineATenth() {
        Progress progress = progress(false);
        after(1, 50, progress);
        after(1, 120, progress);
        after(1, 130, progress);
        after(1, 1000, progress);
        assertEquals("""
                  code  [###...........................]    120 of 1,000   60/s   15 s left
                  code  [##############################]  1,000 of 1,000  250/s    0 s left
                """, bytes.toString(StandardCharsets.UTF_8));
    }

    private Progress progress(boolean terminal) {
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        return new Progress(out, terminal, clock::get, "code", 1000);
    }

    private void after(int seconds, int done, Progress progress) {
        clock.addAndGet(seconds * 1_000_000_000L);
        progress.at(done);
    }
}
