/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.index;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what became of a run. Several threads count. */
public final class Tally {

    private static final int REASONS = 5;

    private final AtomicInteger files = new AtomicInteger();
    private final AtomicInteger pieces = new AtomicInteger();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger moved = new AtomicInteger();
    private final AtomicInteger removed = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger retried = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final List<String> reasons = new ArrayList<>();

    void file(int itsPieces) {
        files.incrementAndGet();
        pieces.addAndGet(itsPieces);
    }

    void sent() {
        sent.incrementAndGet();
    }

    void moved() {
        moved.incrementAndGet();
    }

    void removed() {
        removed.incrementAndGet();
    }

    void done() {
        done.incrementAndGet();
    }

    void retried(int actions) {
        retried.addAndGet(actions);
    }

    void failed(String id, String reason) {
        failed.incrementAndGet();
        synchronized (reasons) {
            if (reasons.size() < REASONS) {
                reasons.add("document [" + id + "]: " + reason);
            }
        }
    }

    public int files() {
        return files.get();
    }

    public int pieces() {
        return pieces.get();
    }

    /** Documents that the index did not have. */
    public int sentCount() {
        return sent.get();
    }

    /** Documents whose lines alone changed. */
    public int movedCount() {
        return moved.get();
    }

    public int removedCount() {
        return removed.get();
    }

    /** Documents left as they are. */
    public int unchanged() {
        return pieces.get() - sent.get() - moved.get();
    }

    /** Actions that are answered, well or not. */
    public int answered() {
        return done.get() + failed.get();
    }

    public int retriedCount() {
        return retried.get();
    }

    public int failedCount() {
        return failed.get();
    }

    /** The first reasons of failures. */
    public List<String> reasons() {
        synchronized (reasons) {
            return List.copyOf(reasons);
        }
    }
}
