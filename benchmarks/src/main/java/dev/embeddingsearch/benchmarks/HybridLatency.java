/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import dev.embeddingsearch.fusion.HybridQuery;
import dev.embeddingsearch.fusion.Work;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;

/**
 * Measures how long the hybrid query takes beside its legs, as it is and without skipping anything: shards of one segment,
 * one thread, no cluster, {@link LatencyCorpus made-up documents}. Times are CPU time of the searching thread, summed over
 * the shards, so that a busy machine disturbs less.
 *
 * <pre>java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar \
 *     dev.embeddingsearch.benchmarks.HybridLatency \
 *     [documents [questions [dimensions ...]]]</pre>
 */
public final class HybridLatency {

    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();
    private static final int WARM_UP = 3;
    private static final int[] SHARDS = {1, 3};
    private static final int[] NEAREST = {10, 100};
    private static final int[] SIZES = {10, 100};

    private final List<IndexSearcher> shards;
    private final List<LatencyCorpus.Question> questions;

    private HybridLatency(List<IndexSearcher> shards, List<LatencyCorpus.Question> questions) {
        this.shards = shards;
        this.questions = questions;
    }

    public static void main(String[] arguments) throws IOException {
        int documents = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
        int questions = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 200;
        int[] dimensions = arguments.length > 2
                ? Arrays.stream(arguments).skip(2).mapToInt(Integer::parseInt).toArray()
                : new int[] {384, 1_536};
        for (int each : dimensions) {
            for (int shards : SHARDS) {
                measure(new LatencyCorpus(each), documents, questions, shards);
            }
        }
    }

    private static void measure(LatencyCorpus corpus, int documents, int questions, int shards) throws IOException {
        Path folder = Files.createTempDirectory("hybrid-latency");
        List<Directory> directories = new ArrayList<>();
        List<DirectoryReader> readers = new ArrayList<>();
        try {
            for (int i = 0; i < shards; i++) {
                directories.add(FSDirectory.open(folder.resolve("shard" + i)));
                corpus.index(directories.get(i), documents / shards);
                readers.add(DirectoryReader.open(directories.get(i)));
            }
            List<IndexSearcher> searchers =
                    readers.stream().map(HybridLatency::withoutQueryCache).toList();
            System.out.printf(
                    Locale.ROOT,
                    "%n%,d documents, %,d dimensions, shards: %d, %d questions of each kind; median milliseconds of CPU%n%n",
                    documents,
                    corpus.dimensions(),
                    shards,
                    questions);
            printHeader();
            for (LatencyCorpus.Words words : LatencyCorpus.Words.values()) {
                new HybridLatency(searchers, corpus.questions(words, questions)).compare(words);
            }
        } finally {
            IOUtils.close(readers);
            IOUtils.close(directories);
            IOUtils.rm(folder);
        }
    }

    private static IndexSearcher withoutQueryCache(DirectoryReader reader) {
        IndexSearcher searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null);
        return searcher;
    }

    private static void printHeader() {
        System.out.print("| words | k | size |");
        for (SearchWay way : SearchWay.values()) {
            System.out.print(" " + way.title() + " |");
        }
        System.out.println(
                " hybrid / (BM25 + kNN, Lucene's format) | the same, kNN | the same, exact scores | complete / hybrid"
                        + " | 99th percentile, hybrid"
                        + " | cosines, hybrid | cosines, complete |");
        System.out.println("|---".repeat(10 + SearchWay.values().length) + "|");
    }

    private void compare(LatencyCorpus.Words words) throws IOException {
        for (int nearest : NEAREST) {
            for (int size : SIZES) {
                for (int i = 0; i < WARM_UP; i++) {
                    run(nearest, size);
                }
                print(words, nearest, size, run(nearest, size));
            }
        }
    }

    private static void print(LatencyCorpus.Words words, int nearest, int size, Map<SearchWay, Figures> figures) {
        Figures hybrid = figures.get(SearchWay.HYBRID);
        Figures complete = figures.get(SearchWay.COMPLETE);
        double bm25 = figures.get(SearchWay.BM25).median();
        System.out.printf(Locale.ROOT, "| %s | %d | %d |", words.title(), nearest, size);
        for (SearchWay way : SearchWay.values()) {
            System.out.printf(Locale.ROOT, " %.3f |", figures.get(way).median());
        }
        System.out.printf(
                Locale.ROOT,
                " %.2f | %.2f | %.2f | %.1f | %.3f | %,d | %,d |%n",
                hybrid.median() / (bm25 + figures.get(SearchWay.FLOATS).median()),
                hybrid.median() / (bm25 + figures.get(SearchWay.KNN).median()),
                hybrid.median() / (bm25 + figures.get(SearchWay.EXACT).median()),
                complete.median() / hybrid.median(),
                hybrid.percentile(0.99),
                hybrid.compared / hybrid.milliseconds.length,
                complete.compared / complete.milliseconds.length);
    }

    /** What the questions took and did, in their order. */
    private static final class Figures {
        private final double[] milliseconds;
        private long compared;

        Figures(int questions) {
            this.milliseconds = new double[questions];
        }

        double median() {
            return percentile(0.5);
        }

        double percentile(double share) {
            double[] sorted = milliseconds.clone();
            Arrays.sort(sorted);
            return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
        }
    }

    /** All questions, each in all ways in turn. */
    private Map<SearchWay, Figures> run(int nearest, int size) throws IOException {
        Map<SearchWay, Figures> figures = new EnumMap<>(SearchWay.class);
        for (SearchWay way : SearchWay.values()) {
            figures.put(way, new Figures(questions.size()));
        }
        for (int i = 0; i < questions.size(); i++) {
            for (SearchWay way : SearchWay.values()) {
                for (IndexSearcher shard : shards) {
                    search(shard, way, way.query(questions.get(i), nearest, size), size, i, figures.get(way));
                }
            }
        }
        return figures;
    }

    private static void search(IndexSearcher shard, SearchWay way, Query query, int size, int question, Figures figures)
            throws IOException {
        long start = CLOCK.getCurrentThreadCpuTime();
        Query rewritten = shard.rewrite(query);
        shard.search(rewritten, new TopScoreDocCollectorManager(size, null, way.counted()));
        figures.milliseconds[question] += (CLOCK.getCurrentThreadCpuTime() - start) / 1e6;
        if (rewritten instanceof HybridQuery hybrid) {
            figures.compared += hybrid.work().get(Work.Count.EXACT_SIMILARITIES);
        }
    }
}
