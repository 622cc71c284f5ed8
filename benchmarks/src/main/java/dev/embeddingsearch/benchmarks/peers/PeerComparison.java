/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import dev.embeddingsearch.benchmarks.BenchmarkNode;
import dev.embeddingsearch.benchmarks.relevance.Vectors;
import dev.embeddingsearch.quickstart.Layout;
import dev.embeddingsearch.quickstart.Rest;
import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.quickstart.cluster.NodeSettings;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures this plugin beside k-NN and neural-search on the same machine: two nodes with the same heap, the same documents
 * and questions, over HTTP. Run it in the project's folder.
 */
public final class PeerComparison {

    /** A merge of 100,000 documents takes minutes. */
    private static final Duration TIMEOUT = Duration.ofHours(1);

    private static final int WARM_UP_DOCUMENTS = 5_000;

    private final ComparisonOptions options;
    private final Layout layout;

    private PeerComparison(ComparisonOptions options) throws IOException {
        this.options = options;
        this.layout = Layout.of(Path.of(""));
    }

    public static void main(String[] arguments) throws IOException {
        try {
            new PeerComparison(ComparisonOptions.parse(arguments)).run();
        } catch (SetupException e) {
            System.err.println(e.getMessage());
            System.exit(1); // ends the nodes
        }
    }

    private void run() throws IOException {
        List<Path> peers = PeerZips.in(options.peerZips(), layout.openSearchVersion());
        Path ours = options.pluginZip().orElseGet(layout::pluginZip);
        Corpus corpus = Corpora.of(options.corpus(), layout.serverJar());
        NodeSettings ourSettings = settings("ours").with("embedding.model.default.id", Vectors.DEFAULT_MODEL);
        try (Node peerNode = start(peers, settings("peer"));
                Node ourNode = start(List.of(ours), ourSettings);
                Rest peerRest = new Rest(peerNode.uri(), TIMEOUT);
                Rest ourRest = new Rest(ourNode.uri(), TIMEOUT)) {
            PeerIndex.createPipelines(peerRest);
            List<Contender> contenders = new ArrayList<>();
            contenders.add(new Contender(new PeerIndex(), peerNode, peerRest));
            options.variants().forEach(index -> contenders.add(new Contender(index, ourNode, ourRest)));
            write(corpus, new ComparisonReport(measure(corpus, contenders)));
        }
    }

    private NodeSettings settings(String name) throws IOException {
        return NodeSettings.single(name).withHeap(options.heap());
    }

    private Node start(List<Path> plugins, NodeSettings settings) throws IOException {
        return BenchmarkNode.start(layout.distributionZip(), plugins, "cluster-" + settings.name(), settings);
    }

    private List<Figure> measure(Corpus corpus, List<Contender> contenders) {
        List<Figure> figures = new ArrayList<>();
        SearchQuality quality = new SearchQuality(corpus);
        for (Contender contender : contenders) {
            warmUp(corpus, contender);
        }
        for (Contender contender : contenders) {
            figures.addAll(new IndexLoad(contender, corpus.dimensions()).run(corpus.documents()));
            progress("loaded " + contender.index().title());
        }
        for (Contender contender : contenders) {
            figures.addAll(quality.of(contender));
        }
        SearchRounds rounds = new SearchRounds(corpus, contenders, options.repetition());
        rounds.run(PeerComparison::progress);
        figures.addAll(rounds.figures());
        for (Contender contender : contenders) {
            new IndexLoad(contender, corpus.dimensions()).delete(); // gigabytes
        }
        return figures;
    }

    /** Else the first index that a node loads pays for the compilation of what all use. */
    private static void warmUp(Corpus corpus, Contender contender) {
        List<Corpus.Document> some = corpus.documents()
                .subList(0, Math.min(WARM_UP_DOCUMENTS, corpus.documents().size()));
        IndexLoad load = new IndexLoad(contender, corpus.dimensions());
        load.run(some);
        load.delete();
    }

    private void write(Corpus corpus, ComparisonReport report) throws IOException {
        String text = "# %s, %d dimensions, OpenSearch %s%n%n%s"
                .formatted(corpus.title(), corpus.dimensions(), layout.openSearchVersion(), report.markdown());
        System.out.println(text);
        if (options.output().isPresent()) {
            Path folder = Files.createDirectories(options.output().get());
            String name = corpus.name() + "-" + corpus.dimensions();
            Files.writeString(folder.resolve(name + ".md"), text);
            Files.writeString(folder.resolve(name + ".csv"), report.csv());
        }
    }

    private static void progress(String what) {
        System.err.println(what);
    }
}
