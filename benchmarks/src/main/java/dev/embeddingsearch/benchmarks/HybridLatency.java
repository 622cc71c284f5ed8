/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import dev.embeddingsearch.hybrid.HybridQuery;
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
    private static final int ROUNDS = 3;
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
            LatencyTables tables = new LatencyTables();
            for (LatencyCorpus.Words words : LatencyCorpus.Words.values()) {
                new HybridLatency(searchers, corpus.questions(words, questions)).compare(words, tables);
            }
            tables.printRest();
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

    private void compare(LatencyCorpus.Words words, LatencyTables tables) throws IOException {
        for (int nearest : NEAREST) {
            for (int size : SIZES) {
                run(nearest, size, WARM_UP);
                tables.add(words, nearest, size, run(nearest, size, ROUNDS));
            }
        }
    }

    /**
     * All questions in one way, then in the next, and so several times: nothing that a question reads is in the processor's
     * cache because the way before has just read it.
     */
    private Map<SearchWay, LatencyFigures> run(int nearest, int size, int rounds) throws IOException {
        Map<SearchWay, LatencyFigures> figures = new EnumMap<>(SearchWay.class);
        for (SearchWay way : SearchWay.values()) {
            figures.put(way, new LatencyFigures(rounds * questions.size()));
        }
        for (int asked = 0; asked < rounds * questions.size(); asked += questions.size()) {
            for (SearchWay way : SearchWay.values()) {
                for (int i = 0; i < questions.size(); i++) {
                    Query query = way.query(questions.get(i), nearest, size);
                    for (IndexSearcher shard : shards) {
                        search(shard, way, query, size, asked + i, figures.get(way));
                    }
                }
            }
        }
        return figures;
    }

    private static void search(
            IndexSearcher shard, SearchWay way, Query query, int size, int question, LatencyFigures figures)
            throws IOException {
        long start = CLOCK.getCurrentThreadCpuTime();
        Query rewritten = shard.rewrite(query);
        shard.search(rewritten, new TopScoreDocCollectorManager(size, null, way.counted()));
        figures.took(question, (CLOCK.getCurrentThreadCpuTime() - start) / 1e6);
        if (rewritten instanceof HybridQuery hybrid) {
            figures.did(hybrid.work());
        }
    }
}
