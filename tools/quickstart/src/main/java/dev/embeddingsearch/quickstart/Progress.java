/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Shows how far a load is: one line that changes at a terminal, a line every tenth elsewhere. */
final class Progress {

    private static final int BAR = 30;
    private static final int STEPS = 10;
    private static final double NANOS = 1e9;

    private final PrintStream out;
    private final boolean terminal;
    private final LongSupplier nanoTime;
    private final String name;
    private final int total;
    private final long start;
    private int shownStep;

    Progress(PrintStream out, boolean terminal, LongSupplier nanoTime, String name, int total) {
        this.out = out;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        this.name = name;
        this.total = total;
        this.start = nanoTime.getAsLong();
    }

    void at(int done) {
        int step = done * STEPS / total;
        if (terminal) {
            out.print('\r' + line(done) + (done == total ? "\n" : ""));
            out.flush();
        } else if (step > shownStep) {
            out.println(line(done).stripTrailing());
        }
        shownStep = step;
    }

    private String line(int done) {
        int filled = done * BAR / total;
        double seconds = (nanoTime.getAsLong() - start) / NANOS;
        double rate = done / Math.max(seconds, 1 / NANOS);
        String bar = "#".repeat(filled) + ".".repeat(BAR - filled);
        return String.format(
                Locale.ROOT,
                "  %-5s [%s] %,6d of %,d  %3.0f/s  %3.0f s left ",
                name,
                bar,
                done,
                total,
                rate,
                (total - done) / rate);
    }
}
