/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;

/**
 * Compares layouts of vectors: CPU time to build, bytes, and recall and CPU time of searches. One thread, no cluster,
 * made-up vectors from a fixed seed, neighbours known exactly. Prints Markdown.
 *
 * <pre>java --add-modules jdk.incubator.vector -Xmx4g -cp 'benchmarks/target/benchmarks.jar:benchmarks/target/lib/*' \
 *     dev.embeddingsearch.benchmarks.VectorBenchmark [--documents 100000] [--dimensions 1536] [--queries 500] \
 *     [--layouts BINARY,NONE,...] [--refresh 1000]</pre>
 *
 * <p>{@code --refresh} tells how many documents come between two refreshes.
 */
public final class VectorBenchmark {

    private int documents = 100_000;
    private int dimensions = 1_536;
    private int queries = 500;
    private int refresh = 1_000;
    private List<VectorLayout> layouts = List.of(VectorLayout.values());

    private VectorBenchmark(String[] arguments) {
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            String value = arguments[i + 1];
            switch (arguments[i]) {
                case "--documents" -> documents = Integer.parseInt(value);
                case "--dimensions" -> dimensions = Integer.parseInt(value);
                case "--queries" -> queries = Integer.parseInt(value);
                case "--refresh" -> refresh = Integer.parseInt(value);
                case "--layouts" ->
                    layouts = Arrays.stream(value.split(","))
                            .map(VectorLayout::valueOf)
                            .toList();
                default -> throw new IllegalArgumentException("unknown option [" + arguments[i] + "]");
            }
        }
        if (arguments.length % 2 == 1) {
            throw new IllegalArgumentException("[" + arguments[arguments.length - 1] + "] expects a value");
        }
    }

    public static void main(String[] arguments) throws IOException {
        new VectorBenchmark(arguments).run();
    }

    private void run() throws IOException {
        ClusteredVectors vectors = new ClusteredVectors(documents, queries, dimensions);
        VectorSearches searches = new VectorSearches(vectors);
        List<String> builds = new ArrayList<>();
        for (VectorLayout layout : layouts) {
            Path folder = Files.createTempDirectory("vector-benchmark");
            try (Directory directory = FSDirectory.open(folder)) {
                builds.add(measure(layout, new VectorBuild(vectors, layout, refresh), directory, searches));
                System.err.println(builds.getLast());
            } finally {
                IOUtils.rm(folder);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%n%,d vectors, %,d dimensions, %d queries, a refresh every %,d documents%n%n",
                documents,
                dimensions,
                queries,
                refresh);
        System.out.println(VectorBuild.HEADER);
        builds.forEach(System.out::println);
        searches.print(System.out);
    }

    private static String measure(VectorLayout layout, VectorBuild build, Directory directory, VectorSearches searches)
            throws IOException {
        try (VectorBuild.Open open = build.ingest(directory)) {
            try (DirectoryReader reader = open.reader()) {
                searches.measureIngested(layout, reader);
            }
            open.merge();
            try (DirectoryReader reader = open.reader()) {
                searches.measureMerged(layout, reader);
                return build.row(reader, directory);
            }
        }
    }
}
