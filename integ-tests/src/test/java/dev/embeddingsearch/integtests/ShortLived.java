/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import dev.embeddingsearch.quickstart.cluster.NodeSettings;
import java.io.IOException;
import java.util.List;

/**
 * Nodes that run for seconds. They leave out the JVM's second compiler, which takes half of the CPU time of a start. Lucene
 * then computes without vector instructions; the nodes of {@link ScriptedNode} and {@link LocalCluster} compute with them.
 */
final class ShortLived {

    private static final String ONE_COMPILER = "-XX:TieredStopAtLevel=1";

    private ShortLived() {}

    /** As {@link NodeSettings#single}. */
    static NodeSettings single(String name) throws IOException {
        return NodeSettings.single(name).withJvm(ONE_COMPILER);
    }

    /** As {@link NodeSettings#cluster}. */
    static List<NodeSettings> cluster(List<String> names) throws IOException {
        return NodeSettings.cluster(names).stream()
                .map(node -> node.withJvm(ONE_COMPILER))
                .toList();
    }
}
