/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import dev.embeddingsearch.quickstart.Rest;
import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.time.Duration;

/** An index on the node of its plugin, which may have others. */
record Contender(ComparedIndex index, Node node, Rest rest) {

    /** CPU time of the node's process so far, in milliseconds. */
    double cpu() {
        Duration cpu = node.process()
                .info()
                .totalCpuDuration()
                .orElseThrow(() -> new SetupException("The system does not tell how much CPU time process [%d] took."
                        .formatted(node.process().pid())));
        return cpu.toNanos() / 1e6;
    }
}
