/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;

/**
 * Measures what several threads gain in a merge of segments without graphs into one: time, and CPU time of the whole process.
 * Each round has one thread and as many as there are processors, on the same vectors; it needs a machine that is idle.
 *
 * <pre>java --add-modules jdk.incubator.vector -Xmx4g -cp benchmarks/target/benchmarks.jar \
 *     dev.embeddingsearch.benchmarks.MergeBenchmark [documents [dimensions [rounds]]]</pre>
 */
public final class MergeBenchmark {

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final int SEGMENTS = 16;

    private final ClusteredVectors vectors;

    private MergeBenchmark(ClusteredVectors vectors) {
        this.vectors = vectors;
    }

    public static void main(String[] arguments) throws IOException {
        int documents = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 48_000;
        int dimensions = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 768;
        int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3;
        MergeBenchmark benchmark = new MergeBenchmark(new ClusteredVectors(documents, 1, dimensions));
        System.out.printf(
                Locale.ROOT, "%n%,d vectors of %,d dimensions, %d segments%n%n", documents, dimensions, SEGMENTS);
        System.out.println(
                "| threads | seconds | CPU seconds | one thread / these, seconds | these / one thread, CPU |");
        System.out.println("|---|---|---|---|---|");
        for (int round = 0; round < rounds; round++) {
            Took alone = benchmark.merge(1);
            print(1, alone, alone);
            int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
            print(threads, benchmark.merge(threads), alone);
        }
    }

    private record Took(double seconds, double cpuSeconds) {}

    private static void print(int threads, Took took, Took alone) {
        System.out.printf(
                Locale.ROOT,
                "| %d | %.1f | %.1f | %.2f | %.2f |%n",
                threads,
                took.seconds,
                took.cpuSeconds,
                alone.seconds / took.seconds,
                took.cpuSeconds / alone.cpuSeconds);
    }

    private Took merge(int threads) throws IOException {
        Path folder = Files.createTempDirectory("merge-benchmark");
        try (Directory directory = FSDirectory.open(folder)) {
            ingest(directory);
            ConcurrentMergeScheduler scheduler = new ConcurrentMergeScheduler();
            scheduler.setMaxMergesAndThreads(threads + 1, threads + 1); // the merge itself has one
            scheduler.disableAutoIOThrottle();
            try (IndexWriter writer = new IndexWriter(directory, config(threads).setMergeScheduler(scheduler))) {
                long start = System.nanoTime();
                long cpuStart = SYSTEM.getProcessCpuTime();
                writer.forceMerge(1);
                return new Took((System.nanoTime() - start) / 1e9, (SYSTEM.getProcessCpuTime() - cpuStart) / 1e9);
            }
        } finally {
            IOUtils.rm(folder);
        }
    }

    private void ingest(Directory directory) throws IOException {
        int size = vectors.documents().length / SEGMENTS;
        try (IndexWriter writer = new IndexWriter(
                directory, config(1).setMergePolicy(NoMergePolicy.INSTANCE).setRAMBufferSizeMB(512))) {
            for (int i = 0; i < vectors.documents().length; i++) {
                Document document = new Document();
                document.add(new KnnFloatVectorField(
                        VectorLayout.FIELD, vectors.documents()[i], VectorSimilarityFunction.DOT_PRODUCT));
                writer.addDocument(document);
                if ((i + 1) % size == 0) {
                    writer.commit();
                }
            }
        }
    }

    private IndexWriterConfig config(int threads) {
        int dimensions = vectors.dimensions();
        KnnVectorsFormat format = QuantizedVectorsFormat.hnsw(
                        Quantization.forDimensions(dimensions), dimensions, 16, 100)
                .withMergeWorkers(threads);
        return new IndexWriterConfig().setCodec(new Lucene104Codec() {
            @Override
            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return format;
            }
        });
    }
}
