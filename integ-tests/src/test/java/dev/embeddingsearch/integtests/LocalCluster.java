/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import dev.embeddingsearch.quickstart.cluster.LocalServer;
import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.quickstart.cluster.NodeSettings;
import dev.embeddingsearch.quickstart.cluster.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.rules.ExternalResource;

/**
 * A node whose model {@code default} is the project's local embedding server. Both are started by the first class and end
 * with the JVM; each class finds them without an index.
 */
final class LocalCluster extends ExternalResource {

    private static final String MODEL = "all-minilm-l6-v2";

    private Http http;

    private record Started(LocalServer server, Node node) {}

    private static final class Holder {
        static final Started STARTED = start();

        private static Started start() {
            try {
                Path folder = Files.createDirectories(Distributions.folder("embedding-server"));
                Path jar = Path.of(System.getProperty("server.jar"));
                LocalServer server = LocalServer.start(jar, folder, MODEL, Ports.free());
                Node node = Distributions.withPlugin()
                        .node(NodeSettings.single("local")
                                .with("embedding.url_allowlist", List.of(server.origin()))
                                .with("embedding.model.default.url", server.url())
                                .with("embedding.model.default.id", MODEL));
                return new Started(server, node.start());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    protected void before() {
        http = new Http(node().uri());
    }

    @Override
    protected void after() {
        http.delete("*").expect(200);
        http.close();
    }

    Http http() {
        return http;
    }

    Node node() {
        return Holder.STARTED.node();
    }

    String embeddings() {
        return Holder.STARTED.server().url();
    }
}
