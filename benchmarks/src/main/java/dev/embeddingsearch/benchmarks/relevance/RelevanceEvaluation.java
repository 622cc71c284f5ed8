/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import dev.embeddingsearch.benchmarks.BenchmarkNode;
import dev.embeddingsearch.quickstart.Layout;
import dev.embeddingsearch.quickstart.Rest;
import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Measures how well each way of searching ranks the right documents of judged data sets. */
final class RelevanceEvaluation {

    private final EvaluationOptions options;
    private final PrintStream out;
    private final Layout layout;
    private final Vectors vectors;

    private RelevanceEvaluation(EvaluationOptions options, PrintStream out) throws IOException {
        this.options = options;
        this.out = out;
        this.layout = Layout.of(Path.of(""));
        this.vectors = new Vectors(options.model(), options.cache(), layout.serverJar(), out);
    }

    public static void main(String[] arguments) throws IOException {
        try {
            new RelevanceEvaluation(EvaluationOptions.parse(arguments), System.out).run();
        } catch (SetupException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private void run() throws IOException {
        Map<EvaluationOptions.Source, Dataset> sets = new LinkedHashMap<>();
        for (EvaluationOptions.Source source : options.sources()) {
            Dataset set = Dataset.read(source.folder()).sample(options.queries());
            vectors.prepare(set);
            sets.put(source, set);
        }
        List<String> reports = new ArrayList<>();
        reports.add("Model: %s%n".formatted(options.model().id()));
        try (Node node = BenchmarkNode.start(layout, options.model().id());
                Rest rest = new Rest(node.uri())) {
            for (Map.Entry<EvaluationOptions.Source, Dataset> entry : sets.entrySet()) {
                Analysis analysis = entry.getKey().analysis();
                EvaluatedIndex index = new EvaluatedIndex(rest, vectors, analysis);
                String report = Report.markdown(evaluate(index, entry.getValue(), analysis));
                out.println(report);
                reports.add(report);
            }
        }
        if (options.output().isPresent()) {
            Files.writeString(options.output().get(), String.join("\n", reports));
        }
    }

    private static Results evaluate(EvaluatedIndex index, Dataset set, Analysis analysis) {
        index.load(set.documents());
        Map<String, List<List<Hit>>> runs = new LinkedHashMap<>();
        List<List<Hit>> lexical = search(set, query -> index.search(index.lexical(query)));
        List<List<Hit>> vector = search(set, query -> index.search(index.vector(query)));
        runs.put("BM25", lexical);
        runs.put("vector", vector);
        for (double weight : new double[] {0.3, 0.5, Results.DEFAULT_WEIGHT, 0.8}) {
            runs.put(Results.hybrid(weight), search(set, query -> index.search(index.hybrid(query, weight))));
        }
        for (int depth : new int[] {10, 20, 50, 100}) {
            runs.put("RRF(60) of " + depth, fuse(lexical, vector, lists -> Fusion.reciprocalRanks(lists, depth)));
        }
        runs.put("min-max, equal weights", fuse(lexical, vector, Fusion::minMax));
        return new Results(
                set.name(),
                analysis,
                Results.measure(set.queries(), runs),
                index.rankEval(set.queries(), Results.DEFAULT_WEIGHT));
    }

    private static List<List<Hit>> search(Dataset set, Function<Dataset.Query, List<Hit>> search) {
        return set.queries().parallelStream().map(search).toList();
    }

    private static List<List<Hit>> fuse(
            List<List<Hit>> lexical, List<List<Hit>> vector, Function<List<List<Hit>>, List<Hit>> fusion) {
        List<List<Hit>> fused = new ArrayList<>();
        for (int i = 0; i < lexical.size(); i++) {
            fused.add(fusion.apply(List.of(lexical.get(i), vector.get(i))));
        }
        return fused;
    }
}
