/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts what was left out and why. Several threads may report. */
public final class Skipped {

    // Enough to see what is wrong.
    private static final int FEW = 20;

    private final Map<Skip, Integer> counts = new EnumMap<>(Skip.class);
    private final List<String> named = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();
    private final boolean verbose;

    public Skipped() {
        this(false);
    }

    /** @param verbose whether to name all, not only the first that something is wrong with */
    public Skipped(boolean verbose) {
        this.verbose = verbose;
    }

    synchronized void add(Skip reason, String path) {
        counts.merge(reason, 1, Integer::sum);
        if (reason == Skip.UNREADABLE) {
            unreadable.add(path);
        }
        if (verbose || (reason.named() && named.size() < FEW)) {
            named.add(path + ": " + reason.words());
        }
    }

    public synchronized int count(Skip reason) {
        return counts.getOrDefault(reason, 0);
    }

    /** Reasons with their counts, in the order of {@link Skip}. */
    public synchronized Map<Skip, Integer> counts() {
        return new EnumMap<>(counts);
    }

    /** Whether nothing is known of a file, because it or a folder around it could not be read. */
    public synchronized boolean isUnknown(String path) {
        return unreadable.stream().anyMatch(lost -> path.equals(lost) || path.startsWith(lost + "/"));
    }

    /** The files that are worth a line, with the reasons. */
    public synchronized List<String> named() {
        return verbose ? named.stream().sorted().toList() : List.copyOf(named);
    }
}
