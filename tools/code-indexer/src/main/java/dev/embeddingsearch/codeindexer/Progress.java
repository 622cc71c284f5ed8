/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer;

import dev.embeddingsearch.codeindexer.index.Tally;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Tells how far a run is: one line that changes at a terminal, a line every tenth elsewhere. */
final class Progress implements Runnable {

    private static final int TENTHS = 10;
    private static final long REDRAW_NANOS = 200_000_000;
    private static final double NANOS = 1e9;

    private final PrintWriter out;
    private final boolean terminal;
    private final LongSupplier nanoTime;
    private final Tally tally;
    private final int files;
    private final long start;
    private long drawn;
    private int told;
    private int done;

    Progress(PrintWriter out, boolean terminal, LongSupplier nanoTime, Tally tally, int files) {
        this.out = out;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        this.tally = tally;
        this.files = files;
        this.start = nanoTime.getAsLong();
        this.drawn = start;
    }

    /** A file is done. */
    @Override
    public synchronized void run() {
        done++;
        long now = nanoTime.getAsLong();
        int tenth = done * TENTHS / files;
        if (terminal && (now - drawn > REDRAW_NANOS || done == files)) {
            drawn = now;
            out.print("\r" + line(now) + " ");
            out.flush();
        } else if (!terminal && tenth > told) {
            told = tenth;
            out.println(line(now));
        }
    }

    /** Nothing more comes. */
    synchronized void end() {
        if (terminal && done > 0) {
            out.println();
        }
        out.flush();
    }

    private String line(long now) {
        double seconds = Math.max((now - start) / NANOS, 1 / NANOS);
        return String.format(
                Locale.ROOT,
                "%,d of %,d files, %,d pieces, %,d to embed, %,d answered, %.0f pieces/s",
                done,
                files,
                tally.pieces(),
                tally.sentCount(),
                tally.answered(),
                tally.pieces() / seconds);
    }
}
