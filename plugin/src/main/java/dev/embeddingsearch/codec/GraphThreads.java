/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codec;

import java.util.List;
import java.util.concurrent.Executor;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.OpenSearchExecutors;
import org.opensearch.threadpool.ExecutorBuilder;
import org.opensearch.threadpool.ScalingExecutorBuilder;
import org.opensearch.threadpool.ThreadPool;

/**
 * The node's threads that build the graph of a large segment when it is flushed.
 *
 * @param helpers run those beside the thread that flushes; null for none
 * @param count of all, that thread among them
 */
public record GraphThreads(Executor helpers, int count) {

    /** Only the thread that flushes. */
    static final GraphThreads ONE = new GraphThreads(null, 1);

    private static final String POOL = "embedding_graph";
    private static final TimeValue KEEP_ALIVE = TimeValue.timeValueSeconds(30);

    /** The pool of the helpers, one fewer than the node has processors; none on a node with one. */
    public static List<ExecutorBuilder<?>> pools(Settings node) {
        int helpers = OpenSearchExecutors.allocatedProcessors(node) - 1;
        return helpers == 0
                ? List.of()
                : List.of(new ScalingExecutorBuilder(POOL, 0, helpers, KEEP_ALIVE, "thread_pool." + POOL));
    }

    /** The threads of a node with that pool, or without. */
    public static GraphThreads of(ThreadPool node) {
        ThreadPool.Info pool = node.info(POOL);
        return pool == null ? ONE : new GraphThreads(node.executor(POOL), pool.getMax() + 1);
    }
}
