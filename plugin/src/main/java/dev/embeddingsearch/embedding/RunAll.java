/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** Does several things, whichever of them throw: a receiver that does must not keep the others from hearing. */
final class RunAll {

    private RunAll() {}

    static void run(Runnable... tasks) {
        run(List.of(tasks));
    }

    /**
     * Runs all in their order, and throws in the end what was thrown first, the rest added to it. It is not wrapped: runs
     * nest, and the messages of wrapped exceptions would double with each.
     */
    static void run(Iterable<Runnable> tasks) {
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

    /** Does something with each of {@code items}. */
    static <T> void run(Collection<T> items, Consumer<T> action) {
        run(items.stream().<Runnable>map(item -> () -> action.accept(item)).toList());
    }
}
