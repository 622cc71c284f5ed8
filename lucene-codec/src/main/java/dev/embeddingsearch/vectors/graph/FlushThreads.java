/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.util.concurrent.Executor;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.IOContext;

/**
 * Threads that help to build the graph of a large segment when it is flushed. What they are too busy for, the thread that
 * flushes does itself.
 *
 * @param executor of the helpers; null for none
 * @param count how many threads build a graph, the one that flushes among them, at least 1
 * @param large how many vectors a segment has to have for that
 */
public record FlushThreads(Executor executor, int count, int large) {

    /** Only the thread that flushes. */
    public static final FlushThreads ONE = new FlushThreads(null, 1);

    /** The graph of fewer vectors is built in a second or two by one thread. */
    private static final int LARGE = 10_000;

    public FlushThreads(Executor executor, int count) {
        this(executor, count, LARGE);
    }

    public FlushThreads {
        if (count < 1 || (executor == null && count > 1)) {
            throw new IllegalArgumentException(
                    "expected a thread, or several and an executor, got [" + count + "] and [" + executor + "]");
        }
    }

    /** The executor for a segment of so many vectors, or null. */
    Executor executorFor(int vectors) {
        return vectors < large ? null : executor;
    }

    /** The number of threads that build a graph of the segment together: those of a merge, or these. */
    static int workers(SegmentWriteState state, GraphOptions graph) {
        return state.context.context() == IOContext.Context.MERGE
                ? graph.mergeWorkers()
                : graph.flushThreads().count();
    }
}
