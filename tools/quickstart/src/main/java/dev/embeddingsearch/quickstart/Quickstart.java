/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.quickstart.cluster.Account;
import dev.embeddingsearch.quickstart.cluster.Distribution;
import dev.embeddingsearch.quickstart.cluster.Folders;
import dev.embeddingsearch.quickstart.cluster.LocalServer;
import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.quickstart.cluster.NodeSettings;
import dev.embeddingsearch.quickstart.cluster.ProcessRecord;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** From a built project to a running cluster with two searchable indices. */
final class Quickstart {

    private static final String DOCS = "docs";

    private final Layout layout;
    private final RunFolder run;
    private final Options options;
    private final PrintStream out;

    private Quickstart(Layout layout, RunFolder run, Options options, PrintStream out) {
        this.layout = layout;
        this.run = run;
        this.options = options;
        this.out = out;
    }

    public static void main(String[] arguments) {
        try {
            Path project = Path.of("");
            Options options = Options.parse(arguments, System.getenv());
            new Quickstart(Layout.of(project), new RunFolder(project), options, System.out).start();
        } catch (SetupException e) {
            fail(e.getMessage());
        } catch (IOException e) {
            fail("cannot read or write: " + e.getMessage());
        }
    }

    private static void fail(String message) {
        // After an interrupt the services end first, and what then fails here is no news.
        if (!isJvmEnding()) {
            System.err.println("\nquickstart: " + message);
            System.exit(1);
        }
    }

    private static boolean isJvmEnding() {
        try {
            Thread probe = new Thread(() -> {});
            Runtime.getRuntime().addShutdownHook(probe);
            return !Runtime.getRuntime().removeShutdownHook(probe);
        } catch (IllegalStateException ending) {
            return true;
        }
    }

    // Until both are detached, whatever ends this program ends the server and the node.
    private void start() throws IOException {
        Control control = new Control(run, out);
        control.check(options);
        String model = control.model(options);
        LocalServer server = startServer(model);
        Node node = startNode(server, model);
        try (Rest rest = new Rest(node.uri())) {
            fill(rest, node.uri());
            compare(rest);
        }
        server.detach();
        node.detach();
        out.println(Farewell.text(node.uri(), server.url(), layout.indexerCommand()));
    }

    private LocalServer startServer(String model) throws IOException {
        out.println("Starting the local embedding server with the model " + model + " ...");
        LocalServer server = LocalServer.start(layout.serverJar(), run.serverFolder(), model, options.serverPort());
        ProcessRecord.of(server.process(), server.url()).write(run.server());
        return server;
    }

    private Node startNode(LocalServer server, String model) throws IOException {
        out.println("Unpacking OpenSearch " + layout.openSearchVersion() + " and installing the plugin ...");
        Account account = Account.current();
        Distribution distribution = Distribution.unpack(layout.distributionZip(), run.cluster(account), account);
        distribution.install(layout.pluginZip());
        Node node = distribution.node(NodeSettings.single("quickstart")
                .onHttpPort(options.port())
                .with("embedding.url_allowlist", List.of(server.origin()))
                .with("embedding.model.default.url", server.url())
                .with("embedding.model.default.id", model));
        out.println("Starting OpenSearch, log in " + node.log() + " ...");
        run.write(model);
        node.launch();
        ProcessRecord.of(node.process(), node.uri().toString()).write(run.openSearch());
        node.awaitReady();
        return node;
    }

    private void fill(Rest rest, URI openSearch) throws IOException {
        out.printf("Indexing and embedding commons-lang3 %s with the code indexer:%n", layout.libraryVersion());
        Path sources = run.sources("commons-lang3");
        Folders.unzip(layout.librarySources(), sources);
        new CodeLoader(rest, layout.indexerJar()).load(sources, openSearch);
        out.println("Indexing and embedding this project's documentation:");
        List<JsonNode> documents = Corpus.read(layout.project());
        boolean terminal = Boolean.getBoolean("quickstart.terminal");
        Progress progress = new Progress(out, terminal, System::nanoTime, DOCS, documents.size());
        new Loader(rest).load(DOCS, documents, progress::at);
    }

    private void compare(Rest rest) {
        out.println(
                "\nThe same searches twice. BM25's scores have no bound, those of hybrid_match lie between 0 and 1.");
        Comparison comparison = new Comparison(rest);
        for (Comparison.Search search : Comparison.SEARCHES) {
            out.printf("%n%s%n", comparison.run(search));
        }
    }
}
