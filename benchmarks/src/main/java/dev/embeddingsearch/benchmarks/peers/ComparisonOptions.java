/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the caller asked for.
 *
 * @param heap of each node, as the JVM knows sizes
 * @param variants the indices of ours that are compared
 * @param pluginZip ours; by default that of the build
 * @param output folder for the report and the raw figures, beside the standard output
 */
record ComparisonOptions(
        CorpusOptions corpus,
        Repetition repetition,
        String heap,
        List<OurIndex> variants,
        Optional<Path> pluginZip,
        Path peerZips,
        Optional<Path> output) {

    static final String USAGE = """
            Usage: java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar \\
                dev.embeddingsearch.benchmarks.peers.PeerComparison [options]

              --corpus NAME             equidistant (the default): 200 topics, neighbors hardly differ in distance;
                                        texts: distances as those of texts; or a folder with corpus.jsonl,
                                        queries.tsv and qrels.tsv
              --documents N             made up (100000)
              --dimensions N            of made-up vectors (384)
              --queries N               questions of each kind (200)
              --rounds N                how often they are asked, after the warm-up (5)
              --clients N               that ask at a time where throughput is measured (8)
              --heap SIZE               of each node (2g)
              --quantizations LIST      of auto, binary, int4, int8, none, with +float16 or without (auto)
              --vectors-in-source LIST  of true, false (true,false)
              --plugin-zip FILE         ours (the one that was built)
              --peer-zips FOLDER        of k-NN, neural-search and what they need (benchmarks/target/peers)
              --cache FOLDER            where vectors of data sets are kept (benchmarks/target/vectors)
              --output FOLDER           for the report and raw figures, NAME-DIMENSIONS.md and .csv""";

    static final Map<String, String> DEFAULTS = defaults();

    private static Map<String, String> defaults() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("--corpus", CorpusOptions.EQUIDISTANT);
        values.put("--documents", "100000");
        values.put("--dimensions", "384");
        values.put("--queries", "200");
        values.put("--rounds", "5");
        values.put("--clients", "8");
        values.put("--heap", "2g");
        values.put("--quantizations", "auto");
        values.put("--vectors-in-source", "true,false");
        values.put("--plugin-zip", "");
        values.put("--peer-zips", "benchmarks/target/peers");
        values.put("--cache", "benchmarks/target/vectors");
        values.put("--output", "");
        return values;
    }

    static ComparisonOptions parse(String... arguments) {
        Map<String, String> given = given(arguments);
        CorpusOptions corpus = new CorpusOptions(
                given.get("--corpus"),
                number("--documents", given),
                number("--dimensions", given),
                number("--queries", given),
                Path.of(given.get("--cache")));
        if (corpus.isMadeUp() && corpus.documents() < Way.NEAREST) {
            throw new SetupException("[--documents] expects at least %d, as many as the nearest that are searched."
                    .formatted(Way.NEAREST));
        }
        return new ComparisonOptions(
                corpus,
                new Repetition(number("--rounds", given), number("--clients", given)),
                heap(given.get("--heap")),
                variants(given),
                file("--plugin-zip", given),
                Path.of(given.get("--peer-zips")),
                file("--output", given));
    }

    private static Map<String, String> given(String... arguments) {
        Map<String, String> values = new LinkedHashMap<>(DEFAULTS);
        for (int i = 0; i < arguments.length; i += 2) {
            if (!values.containsKey(arguments[i])) {
                throw new SetupException("Unknown option [%s].%n%s".formatted(arguments[i], USAGE));
            }
            if (i + 1 == arguments.length) {
                throw new SetupException("A value is expected after [%s].".formatted(arguments[i]));
            }
            values.put(arguments[i], arguments[i + 1]);
        }
        return values;
    }

    private static int number(String option, Map<String, String> given) {
        String value = given.get(option);
        if (value.matches("[1-9]\\d{0,8}")) {
            return Integer.parseInt(value);
        }
        throw new SetupException("[%s] expects a positive integer, got [%s].".formatted(option, value));
    }

    private static String heap(String value) {
        if (value.matches("[1-9]\\d*[mg]")) {
            return value;
        }
        throw new SetupException("[--heap] expects a size like 512m or 2g, got [%s].".formatted(value));
    }

    private static List<OurIndex> variants(Map<String, String> given) {
        List<OurIndex> variants = new ArrayList<>();
        for (String quantization : given.get("--quantizations").split(",", -1)) {
            if (!quantization.matches("(auto|binary|int4|int8)(\\+float16)?|none")) {
                throw new SetupException(
                        "[--quantizations] expects auto, binary, int4 or int8, each with +float16 or without, or none; got [%s]."
                                .formatted(quantization));
            }
            String[] parts = quantization.split("\\+", -1);
            for (String inSource : given.get("--vectors-in-source").split(",", -1)) {
                if (!inSource.matches("true|false")) {
                    throw new SetupException(
                            "[--vectors-in-source] expects true, false or both, got [%s].".formatted(inSource));
                }
                variants.add(new OurIndex(
                        parts[0], parts.length > 1 ? parts[1] : "float32", Boolean.parseBoolean(inSource)));
            }
        }
        return variants.stream().distinct().toList();
    }

    private static Optional<Path> file(String option, Map<String, String> given) {
        return Optional.of(given.get(option)).filter(value -> !value.isEmpty()).map(Path::of);
    }
}
