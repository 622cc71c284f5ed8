/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codec;

import org.opensearch.common.settings.Settings;
import org.opensearch.test.OpenSearchTestCase;
import org.opensearch.threadpool.ExecutorBuilder;
import org.opensearch.threadpool.TestThreadPool;

public class GraphThreadsTests extends OpenSearchTestCase {

    private static GraphThreads threads(Settings.Builder node, int processors) {
        Settings settings = node.put("node.processors", processors).build();
        ExecutorBuilder<?>[] builders = GraphThreads.pools(settings).toArray(ExecutorBuilder<?>[]::new);
        TestThreadPool pool = new TestThreadPool("graphs", settings, builders);
        try {
            return GraphThreads.of(pool);
        } finally {
            terminate(pool);
        }
    }

    public void testAllButOneProcessorHelp() {
        int processors = Runtime.getRuntime().availableProcessors();
        assumeTrue("helpers need a second processor", processors > 1);
        assertEquals(processors, threads(Settings.builder(), processors).count());
        assertEquals(
                2,
                threads(Settings.builder().put("thread_pool.embedding_graph.max", 1), processors)
                        .count());
    }

    public void testNoneWithOneProcessor() {
        assertEquals(GraphThreads.ONE, threads(Settings.builder(), 1));
    }
}
