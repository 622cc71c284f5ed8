/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs several tasks even if some of them throw: one listener that throws must not keep the other listeners from being
 * called.
 */
public final class RunAll {

    private RunAll() {}

    public static void run(Runnable... tasks) {
        run(List.of(tasks));
    }

    /**
     * Runs all tasks in order. Then it throws the first exception or error that was thrown, with the further ones as
     * suppressed exceptions. It is not wrapped: calls nest, and the messages of wrapped exceptions would double with
     * each level.
     */
    public static void run(Iterable<Runnable> tasks) {
        Throwable first = null;
        for (Runnable task : tasks) {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                if (first == null) {
                    first = e;
                } else if (!first.equals(e)) {
                    first.addSuppressed(e);
                }
            }
        }
        if (first instanceof Error error) {
            throw error;
        }
        if (first != null) {
            throw (RuntimeException) first;
        }
    }

    /** Runs an action for each item. */
    public static <T> void run(Collection<T> items, Consumer<T> action) {
        run(items.stream().<Runnable>map(item -> () -> action.accept(item)).toList());
    }
}
