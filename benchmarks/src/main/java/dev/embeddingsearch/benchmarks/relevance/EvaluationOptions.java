/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import dev.embeddingsearch.model.KnownModel;
import dev.embeddingsearch.model.ModelCatalog;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the caller asked for.
 *
 * @param model makes the vectors, with the catalog's dimensions and prefixes
 * @param queries how many queries of each set to run
 * @param cache folder of the vectors
 * @param output file for the report, beside the standard output
 */
record EvaluationOptions(List<Source> sources, KnownModel model, int queries, Path cache, Optional<Path> output) {

    static final String USAGE = """
            Usage: java -jar benchmarks/target/benchmarks.jar [options] FOLDER[=ANALYZER] ...

              FOLDER         a data set: corpus.jsonl, queries.tsv, qrels.tsv
              ANALYZER       how BM25 reads it: code, code-names, english (the default), german, cjk
                             or standard

              --model NAME   a model of the embedding server (default: all-minilm-l6-v2)
              --queries N    a sample of N queries of each set (default: all)
              --cache DIR    where vectors are kept between runs (default: benchmarks/target/vectors)
              --output FILE  write the report there as well""";

    /** A data set's folder and how to read its texts. */
    record Source(Path folder, Analysis analysis) {

        static Source of(String argument) {
            int split = argument.lastIndexOf('=');
            return split < 0
                    ? new Source(Path.of(argument), Analysis.ENGLISH)
                    : new Source(Path.of(argument.substring(0, split)), Analysis.of(argument.substring(split + 1)));
        }
    }

    static EvaluationOptions parse(String... arguments) {
        List<Source> sources = new ArrayList<>();
        String model = Vectors.DEFAULT_MODEL;
        int queries = Integer.MAX_VALUE;
        Path cache = Path.of("benchmarks/target/vectors");
        Optional<Path> output = Optional.empty();
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--model" -> model = value(arguments, ++i);
                case "--queries" -> queries = count(value(arguments, ++i));
                case "--cache" -> cache = Path.of(value(arguments, ++i));
                case "--output" -> output = Optional.of(Path.of(value(arguments, ++i)));
                default -> sources.add(source(arguments[i]));
            }
        }
        if (sources.isEmpty()) {
            throw new SetupException("Name the folder of at least one data set.\n" + USAGE);
        }
        return new EvaluationOptions(List.copyOf(sources), known(model), queries, cache, output);
    }

    private static Source source(String argument) {
        if (argument.startsWith("--")) {
            throw new SetupException("Unknown option [%s].%n%s".formatted(argument, USAGE));
        }
        return Source.of(argument);
    }

    private static String value(String[] arguments, int index) {
        if (index == arguments.length) {
            throw new SetupException("A value is expected after [%s].".formatted(arguments[index - 1]));
        }
        return arguments[index];
    }

    private static KnownModel known(String model) {
        return ModelCatalog.find(model)
                .orElseThrow(() -> new SetupException(
                        "A model is one that the plugin's catalog knows, not [%s].".formatted(model)));
    }

    private static int count(String text) {
        if (text.matches("[1-9]\\d{0,8}")) {
            return Integer.parseInt(text);
        }
        throw new SetupException("A number of queries is a positive integer, not [%s].".formatted(text));
    }
}
