/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer;

import dev.embeddingsearch.codeindexer.evaluate.Evaluation;
import dev.embeddingsearch.codeindexer.evaluate.IndexedNames;
import dev.embeddingsearch.codeindexer.evaluate.Judged;
import dev.embeddingsearch.codeindexer.evaluate.NameEvaluation;
import dev.embeddingsearch.codeindexer.rest.Cluster;
import dev.embeddingsearch.codeindexer.search.Searcher;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures how well an index answers. */
@Command(
        name = "evaluate",
        description = "Measures how often the index answers questions whose answers are known.",
        mixinStandardHelpOptions = true)
final class EvaluateCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ClusterOptions target;

    @Parameters(
            arity = "0..*",
            paramLabel = "FILE",
            description = "Lines of a question, a tab, and what answers it: path#Container.name, tabs between several.")
    private List<Path> files = List.of();

    @Option(names = "--names", description = "Asks for each name in the index as well.")
    private boolean names;

    @Option(names = "--details", description = "Prints the rank of each question.")
    private boolean details;

    @Override
    public void run() {
        if (files.isEmpty() && !names) {
            throw new IllegalArgumentException("evaluate expects a file of questions, or --names");
        }
        PrintWriter out = spec.commandLine().getOut();
        try (Cluster cluster = target.connect()) {
            Searcher searcher = new Searcher(cluster, target.index(), 1);
            for (Path file : files) {
                Evaluation evaluation = new Evaluation(searcher, read(file));
                out.println(evaluation.table());
                if (details) {
                    out.println(evaluation.details());
                }
            }
            if (names) {
                out.println(new NameEvaluation(searcher, new IndexedNames(cluster, target.index())).table());
            }
        }
        out.flush();
    }

    private static List<Judged> read(Path file) {
        try {
            return Judged.read(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read [" + file + "]: " + e.getMessage(), e);
        }
    }
}
