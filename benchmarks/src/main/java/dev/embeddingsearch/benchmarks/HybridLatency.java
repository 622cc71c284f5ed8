/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import dev.embeddingsearch.fusion.HybridQuery;
import dev.embeddingsearch.fusion.TopVectorsQuery;
import dev.embeddingsearch.fusion.VectorLeg;
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
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;

/**
 * Measures how long the hybrid query takes beside its legs, with and without pruning: one segment, one thread, no cluster,
 * made-up documents from a fixed seed. Times are CPU time of the searching thread, so that a busy machine disturbs less.
 *
 * <pre>java -cp 'benchmarks/target/benchmarks.jar:benchmarks/target/lib/*' \
 *     dev.embeddingsearch.benchmarks.HybridLatency [documents [questions [dimensions ...]]]</pre>
 */
public final class HybridLatency {

    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();
    private static final int NEAREST = 100;
    private static final int[] SIZES = {10, 100};
    private static final int[] TOPIC_WORDS = {0, 2};

    private final IndexSearcher searcher;
    private final List<LatencyCorpus.Question> questions;
    private final int size;

    private HybridLatency(IndexSearcher searcher, List<LatencyCorpus.Question> questions, int size) {
        this.searcher = searcher;
        this.questions = questions;
        this.size = size;
    }

    public static void main(String[] arguments) throws IOException {
        int documents = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
        int questions = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 200;
        int[] dimensions = arguments.length > 2
                ? Arrays.stream(arguments).skip(2).mapToInt(Integer::parseInt).toArray()
                : new int[] {384, 1_536};
        for (int each : dimensions) {
            Path folder = Files.createTempDirectory("hybrid-latency");
            try (Directory directory = FSDirectory.open(folder)) {
                measure(directory, new LatencyCorpus(each), documents, questions);
            } finally {
                IOUtils.rm(folder);
            }
        }
    }

    private static void measure(Directory directory, LatencyCorpus corpus, int documents, int count)
            throws IOException {
        corpus.index(directory, documents);
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            IndexSearcher searcher = new IndexSearcher(reader);
            searcher.setQueryCache(null);
            for (int topicWords : TOPIC_WORDS) {
                List<LatencyCorpus.Question> questions = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    questions.add(corpus.question(topicWords));
                }
                System.out.printf(
                        Locale.ROOT,
                        "%n%,d documents, %d dimensions, a word in %d of them and %d words of the topic, k %d%n",
                        documents,
                        questions.get(0).vector().length,
                        reader.docFreq(new Term(LatencyCorpus.TEXT, LatencyCorpus.COMMON)),
                        topicWords,
                        NEAREST);
                for (int size : SIZES) {
                    new HybridLatency(searcher, questions, size).compare();
                }
            }
        }
    }

    /** The ways to search that are compared. */
    private enum Way {
        BM25("BM25"),
        KNN("kNN"),
        PRUNED("hybrid, pruned"),
        UNPRUNED("hybrid, unpruned"),
        SHOULD("bool should of BM25 and kNN");

        private final String title;

        Way(String title) {
            this.title = title;
        }

        /** How many hits are counted before any is skipped. */
        int threshold() {
            return this == UNPRUNED ? Integer.MAX_VALUE : 1;
        }

        Query query(LatencyCorpus.Question question) {
            VectorLeg leg =
                    new VectorLeg(LatencyCorpus.VECTOR, question.vector(), VectorSimilarityFunction.DOT_PRODUCT, 0);
            Query knn = new TopVectorsQuery(
                    leg, null, new TopVectorsQuery.Options(NEAREST, NEAREST, Double.NEGATIVE_INFINITY, false));
            Query words = either(question.words().stream()
                    .map(word -> (Query) new TermQuery(new Term(LatencyCorpus.TEXT, word)))
                    .toList());
            return switch (this) {
                case BM25 -> words;
                case KNN -> HybridQuery.vectorOnly(knn, leg);
                case PRUNED, UNPRUNED -> new HybridQuery(words, knn, leg, 0.5);
                case SHOULD -> either(List.of(words, HybridQuery.vectorOnly(knn, leg)));
            };
        }
    }

    private static Query either(List<Query> queries) {
        BooleanQuery.Builder builder = new BooleanQuery.Builder();
        queries.forEach(query -> builder.add(query, Occur.SHOULD));
        return builder.build();
    }

    /** Runs all questions through all systems in turn, once to warm up and once to measure. */
    private void compare() throws IOException {
        run();
        Map<Way, Figures> figures = run();
        System.out.printf(Locale.ROOT, "%nsize %-22d %9s %9s %9s %9s%n", size, "p50 ms", "p99 ms", "scored", "cosines");
        for (Way way : Way.values()) {
            Figures each = figures.get(way);
            System.out.printf(
                    Locale.ROOT,
                    "%-27s %9.3f %9.3f %9d %9d%n",
                    way.title,
                    percentile(each.milliseconds, 0.5),
                    percentile(each.milliseconds, 0.99),
                    each.scored / questions.size(),
                    each.compared / questions.size());
        }
        double[] ratios = new double[questions.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = figures.get(Way.PRUNED).milliseconds[i] / figures.get(Way.UNPRUNED).milliseconds[i];
        }
        System.out.printf(Locale.ROOT, "median of pruned / unpruned  %.3f%n", percentile(ratios, 0.5));
    }

    /** What the questions took and did, in their order. */
    private static final class Figures {
        private final double[] milliseconds;
        private long scored;
        private long compared;

        Figures(int questions) {
            this.milliseconds = new double[questions];
        }
    }

    private Map<Way, Figures> run() throws IOException {
        Map<Way, Figures> figures = new EnumMap<>(Way.class);
        for (Way way : Way.values()) {
            figures.put(way, new Figures(questions.size()));
        }
        for (int i = 0; i < questions.size(); i++) {
            for (Way way : Way.values()) {
                search(way, i, figures.get(way));
            }
        }
        return figures;
    }

    private void search(Way way, int question, Figures figures) throws IOException {
        Query query = way.query(questions.get(question));
        long start = CLOCK.getCurrentThreadCpuTime();
        Query rewritten = searcher.rewrite(query);
        searcher.search(rewritten, new TopScoreDocCollectorManager(size, null, way.threshold()));
        figures.milliseconds[question] = (CLOCK.getCurrentThreadCpuTime() - start) / 1e6;
        if (rewritten instanceof HybridQuery hybrid) {
            figures.scored += hybrid.work().get(Work.Count.LEXICAL_DOCUMENTS_SCORED);
            figures.compared += hybrid.work().get(Work.Count.EXACT_SIMILARITIES);
        }
    }

    private static double percentile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    }
}
