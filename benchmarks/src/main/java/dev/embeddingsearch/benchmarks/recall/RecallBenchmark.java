/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.recall;

import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnResult;
import dev.embeddingsearch.knn.KnnSearch;
import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.knn.SearchCounters;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.VectorUtil;

/**
 * Compares the recall and CPU time of kNN searches that compare a fixed number of candidates exactly with those that go on
 * until the recall is reached. One segment, one thread, the quantization of the default. Prints Markdown.
 *
 * <pre>java --add-modules jdk.incubator.vector -Xmx6g -cp 'benchmarks/target/benchmarks.jar:benchmarks/target/lib/*' \
 *     dev.embeddingsearch.benchmarks.recall.RecallBenchmark FOLDER CORPUS ...</pre>
 *
 * <p>The indices are kept in FOLDER, and used again by the next run. A CORPUS is {@code 100000x384} for made-up vectors, or
 * {@code documents.fvecs,queries.fvecs} for real ones.
 */
public final class RecallBenchmark {

    private static final String FIELD = "vector";
    private static final int QUERIES = 500;
    private static final int[] KS = {1, 10, 100};
    private static final int MOST = 10_000;
    private static final float ROUNDING = 1e-6f;

    private final RecallCorpus corpus;
    private final IndexSearcher searcher;

    private RecallBenchmark(RecallCorpus corpus, IndexSearcher searcher) {
        this.corpus = corpus;
        this.searcher = searcher;
    }

    /** How many candidates are compared exactly. */
    private record Way(String name, double oversample, double recall) {

        KnnQuery.Options options(int k, Quantization quantization) {
            int compared = oversample == 0 ? quantization.rescored(k) : (int) (k * oversample);
            int candidates = Math.max(compared, Math.max(100, 2 * k));
            return new KnnQuery.Options(
                    k,
                    candidates,
                    new KnnQuery.Rescoring(compared, Math.max(candidates, MOST), recall),
                    Double.NEGATIVE_INFINITY,
                    false);
        }
    }

    private static final Way[] WAYS = {
        new Way("fixed", 0, 0),
        new Way("oversample 5", 5, 0),
        new Way("recall .98", 0, .98),
        new Way("recall .99", 0, .99),
        new Way("recall .995", 0, .995),
        new Way("recall .999", 0, .999),
    };

    public static void main(String[] arguments) throws IOException {
        System.out.println("| corpus | k | way | recall | compared exactly, mean | largest | visited | CPU µs |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        for (String argument : Arrays.asList(arguments).subList(1, arguments.length)) {
            RecallCorpus corpus = corpus(argument);
            Path folder = Path.of(arguments[0], argument.replaceAll("[^A-Za-z0-9]+", "-"));
            try (Directory directory = FSDirectory.open(folder)) {
                if (!Files.exists(folder) || !DirectoryReader.indexExists(directory)) {
                    index(corpus, directory);
                }
                try (DirectoryReader reader = DirectoryReader.open(directory)) {
                    new RecallBenchmark(corpus, new IndexSearcher(reader)).run();
                }
            }
        }
    }

    private static RecallCorpus corpus(String argument) throws IOException {
        if (argument.matches("[0-9]+x[0-9]+")) {
            String[] numbers = argument.split("x", 2);
            return RecallCorpus.clustered(Integer.parseInt(numbers[0]), QUERIES, Integer.parseInt(numbers[1]));
        }
        String[] files = argument.split(",", 2);
        if (files.length != 2) {
            throw new IllegalArgumentException(
                    "expected [100000x384] or [documents.fvecs,queries.fvecs], got [" + argument + "]");
        }
        return RecallCorpus.read(Path.of(files[0]), Path.of(files[1]));
    }

    private static void index(RecallCorpus corpus, Directory directory) throws IOException {
        KnnVectorsFormat format = QuantizedVectorsFormat.hnsw(
                Quantization.forDimensions(corpus.dimensions()), corpus.dimensions(), 16, 100);
        IndexWriterConfig config = new IndexWriterConfig()
                .setRAMBufferSizeMB(1_900)
                .setUseCompoundFile(false)
                .setCodec(new Lucene104Codec() {
                    @Override
                    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                        return format;
                    }
                });
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (float[] vector : corpus.documents()) {
                Document document = new Document();
                document.add(new KnnFloatVectorField(FIELD, vector, VectorSimilarityFunction.DOT_PRODUCT));
                writer.addDocument(document);
            }
            writer.forceMerge(1);
        }
    }

    private void run() throws IOException {
        for (int k : KS) {
            double[] least = corpus.leastOfNearest(k);
            for (Way way : WAYS) {
                measure(way, k, least, false);
            }
            for (Way way : WAYS) {
                measure(way, k, least, true);
            }
        }
    }

    private void measure(Way way, int k, double[] least, boolean print) throws IOException {
        KnnQuery.Options options = way.options(k, Quantization.forDimensions(corpus.dimensions()));
        long found = 0;
        long compared = 0;
        long most = 0;
        long visited = 0;
        long nanos = 0;
        for (int i = 0; i < corpus.queries().size(); i++) {
            float[] query = corpus.queries().get(i);
            KnnTarget target = new KnnTarget(FIELD, query, VectorSimilarityFunction.DOT_PRODUCT, 0);
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            KnnResult result = new KnnSearch(new KnnQuery(target, null, options), searcher).first();
            nanos += ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
            SearchCounters counters = new SearchCounters();
            result.count(counters.part());
            long exact = counters.get(SearchCounters.Count.EXACT_SIMILARITIES);
            compared += exact;
            most = Math.max(most, exact);
            visited += result.visited();
            for (ScoreDoc hit : result.byRank()) {
                found += VectorUtil.dotProduct(query, corpus.documents().get(hit.doc)) >= least[i] - ROUNDING ? 1 : 0;
            }
        }
        int queries = corpus.queries().size();
        if (print) {
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %d | %s | %.4f | %d | %d | %d | %d |%n",
                    corpus.name(),
                    k,
                    way.name(),
                    (double) found / queries / k,
                    compared / queries,
                    most,
                    visited / queries,
                    nanos / queries / 1_000);
        }
    }
}
