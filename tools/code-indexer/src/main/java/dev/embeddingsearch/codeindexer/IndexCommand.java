/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer;

import dev.embeddingsearch.codeindexer.index.CodeIndex;
import dev.embeddingsearch.codeindexer.index.Corpus;
import dev.embeddingsearch.codeindexer.index.Estimate;
import dev.embeddingsearch.codeindexer.index.Indexer;
import dev.embeddingsearch.codeindexer.index.Revision;
import dev.embeddingsearch.codeindexer.index.Sending;
import dev.embeddingsearch.codeindexer.index.Tally;
import dev.embeddingsearch.codeindexer.rest.Cluster;
import dev.embeddingsearch.codeindexer.rest.IndexerException;
import dev.embeddingsearch.codeindexer.split.Splitter;
import dev.embeddingsearch.codeindexer.walk.Checkout;
import dev.embeddingsearch.codeindexer.walk.Reader;
import dev.embeddingsearch.codeindexer.walk.Skipped;
import dev.embeddingsearch.codeindexer.walk.SourceFile;
import dev.embeddingsearch.codeindexer.walk.Walker;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings a folder's code into an index. */
@Command(
        name = "index",
        description = "Indexes a repository or folder. What the index has already is not embedded again.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class IndexCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ClusterOptions target;

    @Parameters(index = "0", paramLabel = "FOLDER", description = "What to index.")
    private Path folder;

    @Option(
            names = "--repository",
            paramLabel = "NAME",
            description = "Name of its own in the index; by default the folder's.")
    private String repository = "";

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "Model of a new index, as the cluster's settings name it.")
    private String model = "";

    @Option(
            names = "--exclude",
            paramLabel = "PATTERN",
            description = "Paths to leave out, as in a .gitignore: 'vendor/', 'src/test/**'. May be repeated.")
    private List<String> excludes = List.of();

    @Option(names = "--include-generated", description = "Indexes generated and minified files as well.")
    private boolean generated;

    @Option(names = "--verbose", description = "Names each file that is left out, with the reason.")
    private boolean verbose;

    @Option(names = "--max-file-size", paramLabel = "BYTES", description = "Larger files are left out.")
    private int mostBytes = Reader.DEFAULT_MOST_BYTES;

    @Option(names = "--max-chars", paramLabel = "N", description = "Longer pieces are cut between statements.")
    private int mostCharacters = Splitter.DEFAULT_LIMIT;

    @Option(names = "--threads", paramLabel = "N", description = "Files split at the same time; by default one a core.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--batch", paramLabel = "N", description = "Documents of a bulk request.")
    private int batch = 32;

    @Option(names = "--requests", paramLabel = "N", description = "Bulk requests under way at the same time.")
    private int requests = 4;

    @Option(names = "--dry-run", description = "Tells what would be embedded and what that costs, and sends nothing.")
    private boolean dryRun;

    @Option(names = "--price", paramLabel = "DOLLARS", description = "Of a million tokens, for --dry-run.")
    private double price = 0.02;

    @Override
    public Integer call() throws IOException {
        requireNumbers();
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("there is no folder [" + folder + "]");
        }
        // Without links and dots, so that it has a name.
        Path root = folder.toRealPath();
        Skipped skipped = new Skipped(verbose);
        Walker walker = new Walker(root, excludes, skipped);
        List<SourceFile> files = walker.files();
        walker.unmatchedExcludes().forEach(this::warn);
        if (files.isEmpty()) {
            throw new IndexerException("no source files in [" + folder + "]: nothing is indexed and nothing removed");
        }
        Revision revision = new Revision(name(root), Checkout.commit(root));
        Splitter splitter = new Splitter(mostCharacters);
        Reader reader = new Reader(mostBytes, generated, skipped);
        Corpus corpus = new Corpus(files, reader, splitter, revision.repository(), threads);
        return run(corpus, revision, skipped);
    }

    private void warn(String exclude) {
        spec.commandLine()
                .getErr()
                .println("code-indexer: --exclude [" + exclude + "] matched nothing in [" + folder + "]");
    }

    private String name(Path root) {
        if (!repository.isEmpty()) {
            return repository;
        }
        return root.getFileName() == null ? "root" : root.getFileName().toString();
    }

    private int run(Corpus corpus, Revision revision, Skipped skipped) {
        PrintWriter out = spec.commandLine().getOut();
        Tally tally = new Tally();
        Summary summary = new Summary(out, revision, tally, skipped);
        Progress progress =
                new Progress(out, CommandLine.Help.Ansi.AUTO.enabled(), System::nanoTime, tally, corpus.size());
        try (Cluster cluster = target.connect()) {
            CodeIndex index = new CodeIndex(cluster, target.index());
            Indexer indexer = new Indexer(index, revision, skipped, tally);
            if (dryRun) {
                Estimate estimate = indexer.estimate(corpus, progress);
                progress.end();
                summary.estimate(estimate, price);
            } else {
                indexer.run(corpus, new Sending(cluster, model, batch, requests), progress);
                progress.end();
                summary.indexed();
            }
        } finally {
            out.flush();
        }
        return tally.failedCount() == 0 ? 0 : 1;
    }

    private void requireNumbers() {
        require("--threads", threads);
        require("--batch", batch);
        require("--requests", requests);
        require("--max-file-size", mostBytes);
    }

    private static void require(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + " expects a number of at least 1, got [" + value + "]");
        }
    }
}
