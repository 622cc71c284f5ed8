/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codec;

import dev.embeddingsearch.vectors.graph.FlushThreads;
import java.util.List;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.OpenSearchExecutors;
import org.opensearch.threadpool.ExecutorBuilder;
import org.opensearch.threadpool.ScalingExecutorBuilder;
import org.opensearch.threadpool.ThreadPool;

/** The node's threads that help to build the graph of a large segment when it is flushed, all but one of its processors. */
public final class GraphThreads {

    /** Name of the thread pool. */
    static final String NAME = "embedding_graph";

    private static final TimeValue KEEP_ALIVE = TimeValue.timeValueSeconds(30);

    private GraphThreads() {}

    /** The thread pool, none on a node with one processor. */
    public static List<ExecutorBuilder<?>> executors(Settings node) {
        int helpers = OpenSearchExecutors.allocatedProcessors(node) - 1;
        return helpers == 0
                ? List.of()
                : List.of(new ScalingExecutorBuilder(NAME, 0, helpers, KEEP_ALIVE, "thread_pool." + NAME));
    }

    /** The threads of a node's pool, and the one that flushes. */
    public static FlushThreads of(ThreadPool node) {
        ThreadPool.Info pool = node.info(NAME);
        return pool == null ? FlushThreads.ONE : new FlushThreads(node.executor(NAME), pool.getMax() + 1);
    }
}
