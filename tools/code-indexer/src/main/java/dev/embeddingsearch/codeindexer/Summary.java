/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer;

import dev.embeddingsearch.codeindexer.index.Estimate;
import dev.embeddingsearch.codeindexer.index.Revision;
import dev.embeddingsearch.codeindexer.index.Tally;
import dev.embeddingsearch.codeindexer.walk.Skipped;
import java.io.PrintWriter;
import java.util.Locale;

/** The last words of a run. */
final class Summary {

    private static final int COMMIT_SHOWN = 10;

    private final PrintWriter out;
    private final Revision revision;
    private final Tally tally;
    private final Skipped skipped;

    Summary(PrintWriter out, Revision revision, Tally tally, Skipped skipped) {
        this.out = out;
        this.revision = revision;
        this.tally = tally;
        this.skipped = skipped;
    }

    void indexed() {
        head();
        out.println(String.format(
                Locale.ROOT,
                "  %,d embedded, %,d moved, %,d unchanged, %,d removed",
                tally.sentCount(),
                tally.movedCount(),
                tally.unchanged(),
                tally.removedCount()));
        if (tally.retriedCount() > 0) {
            out.println("  " + tally.retriedCount() + " sent again, because the cluster had no room");
        }
        if (tally.failedCount() > 0) {
            out.println(
                    "  " + tally.failedCount() + " of these FAILED; run again to send them again. The first reasons:");
            tally.reasons().forEach(reason -> out.println("    " + reason));
        }
        leftOut();
    }

    void estimate(Estimate estimate, double price) {
        head();
        out.println(String.format(
                Locale.ROOT,
                "  %,d to embed: %,d tokens (cl100k_base), $%.4f at $%s a million",
                estimate.documents(),
                estimate.tokens(),
                estimate.cost(price),
                price));
        leftOut();
        if (!estimate.compared()) {
            out.println("  no cluster answered: all was counted as new");
        }
        out.println("  nothing was sent (--dry-run)");
    }

    private void head() {
        String commit = revision.commit();
        String at = commit.isEmpty() ? "" : " at " + commit.substring(0, Math.min(COMMIT_SHOWN, commit.length()));
        out.println(String.format(
                Locale.ROOT, "%s%s: %,d files, %,d pieces", revision.repository(), at, tally.files(), tally.pieces()));
    }

    private void leftOut() {
        skipped.counts()
                .forEach((reason, count) -> out.println(String.format(Locale.ROOT, "  %,d %s", count, reason.words())));
        skipped.named().forEach(name -> out.println("    " + name));
    }
}
