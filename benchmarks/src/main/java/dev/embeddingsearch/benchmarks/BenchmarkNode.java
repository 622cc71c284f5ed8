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
import java.util.List;

/** OpenSearch's distribution with plugins, started anew for a measurement. */
public final class BenchmarkNode {

    private BenchmarkNode() {}

    /** With the built plugin. It embeds nothing: it is given vectors, and the model's id for what it knows of its cosines. */
    public static Node start(Layout layout, String model) throws IOException {
        NodeSettings settings =
                NodeSettings.single("benchmarks").withHeap("1g").with("embedding.model.default.id", model);
        return start(layout.distributionZip(), List.of(layout.pluginZip()), "cluster", settings);
    }

    /** With these plugins, in a folder of this name among what the build leaves. */
    public static Node start(Path distributionZip, List<Path> pluginZips, String folderName, NodeSettings settings)
            throws IOException {
        Account account = Account.current();
        Path folder = account.folder(Files.createDirectories(Path.of("benchmarks/target", folderName)));
        Folders.delete(folder.resolve("nodes")); // indices of another build of a plugin
        Distribution distribution = Distribution.unpack(distributionZip, folder, account);
        for (Path plugin : pluginZips) {
            distribution.install(plugin);
        }
        return distribution.node(settings).start();
    }
}
