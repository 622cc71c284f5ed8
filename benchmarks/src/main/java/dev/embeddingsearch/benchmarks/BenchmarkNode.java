/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import dev.embeddingsearch.quickstart.Layout;
import dev.embeddingsearch.quickstart.cluster.Account;
import dev.embeddingsearch.quickstart.cluster.Distribution;
import dev.embeddingsearch.quickstart.cluster.Folders;
import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.quickstart.cluster.NodeSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** OpenSearch's distribution with the built plugin, started anew for a measurement. */
final class BenchmarkNode {

    private BenchmarkNode() {}

    /** It embeds nothing: it is given vectors, and the model's name for what it knows of its cosines. */
    static Node start(Layout layout) throws IOException {
        Account account = Account.current();
        Path folder = account.folder(Files.createDirectories(Path.of("benchmarks/target/cluster")));
        Folders.delete(folder.resolve("nodes")); // indices of another build of the plugin
        Distribution distribution = Distribution.unpack(layout.distributionZip(), folder, account);
        distribution.install(layout.pluginZip());
        return distribution
                .node(NodeSettings.single("benchmarks")
                        .withHeap("1g")
                        .with("embedding.model.default.id", Vectors.MODEL))
                .start();
    }
}
