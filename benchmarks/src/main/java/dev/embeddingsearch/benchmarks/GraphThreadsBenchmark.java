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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
import org.apache.lucene.util.IORunnable;
import org.apache.lucene.util.IOUtils;

/**
 * Measures what several threads gain where a graph is built: in a merge of segments without graphs into one, and in the flush
 * of a large segment. Wall time, and CPU time of the whole process. Each round has one thread and as many as there are
 * processors, on the same vectors; it needs a machine that is idle.
 *
 * <pre>java --add-modules jdk.incubator.vector -Xmx4g -cp benchmarks/target/benchmarks.jar \
 *     dev.embeddingsearch.benchmarks.GraphThreadsBenchmark [documents [dimensions [rounds]]]</pre>
 */
public final class GraphThreadsBenchmark {

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final int SEGMENTS = 16;

    private final ClusteredVectors vectors;

    private GraphThreadsBenchmark(ClusteredVectors vectors) {
        this.vectors = vectors;
    }

    public static void main(String[] arguments) throws IOException {
        int documents = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 48_000;
        int dimensions = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 768;
        int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3;
        GraphThreadsBenchmark benchmark = new GraphThreadsBenchmark(new ClusteredVectors(documents, 1, dimensions));
        System.out.printf(
                Locale.ROOT, "%n%,d vectors of %,d dimensions, %d segments%n%n", documents, dimensions, SEGMENTS);
        System.out.println(
                "| | threads | seconds | CPU seconds | these / one thread, seconds | these / one thread, CPU |");
        System.out.println("|---|---|---|---|---|---|");
        int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
        for (int round = 0; round < rounds; round++) {
            Took alone = benchmark.merge(1);
            print("merge", 1, alone, alone);
            print("merge", threads, benchmark.merge(threads), alone);
            alone = benchmark.flush(1);
            print("flush", 1, alone, alone);
            print("flush", threads, benchmark.flush(threads), alone);
        }
    }

    private record Took(double seconds, double cpuSeconds) {}

    private static void print(String what, int threads, Took took, Took alone) {
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %.1f | %.1f | %.2f | %.2f |%n",
                what,
                threads,
                took.seconds,
                took.cpuSeconds,
                took.seconds / alone.seconds,
                took.cpuSeconds / alone.cpuSeconds);
    }

    private Took flush(int threads) throws IOException {
        Path folder = Files.createTempDirectory("graph-benchmark");
        try (ExecutorService helpers = Executors.newFixedThreadPool(threads);
                Directory directory = FSDirectory.open(folder)) {
            KnnVectorsFormat format = format().withFlushThreads(helpers, threads);
            try (IndexWriter writer = new IndexWriter(directory, config(format))) {
                add(writer, 0, vectors.documents().length);
                return took(writer::commit);
            }
        } finally {
            IOUtils.rm(folder);
        }
    }

    private static Took took(IORunnable work) throws IOException {
        long start = System.nanoTime();
        long cpuStart = SYSTEM.getProcessCpuTime();
        work.run();
        return new Took((System.nanoTime() - start) / 1e9, (SYSTEM.getProcessCpuTime() - cpuStart) / 1e9);
    }

    private Took merge(int threads) throws IOException {
        Path folder = Files.createTempDirectory("graph-benchmark");
        try (Directory directory = FSDirectory.open(folder)) {
            ingest(directory);
            ConcurrentMergeScheduler scheduler = new ConcurrentMergeScheduler();
            scheduler.setMaxMergesAndThreads(threads + 1, threads + 1); // the merge itself has one
            scheduler.disableAutoIOThrottle();
            IndexWriterConfig config =
                    config(format().withMergeWorkers(threads)).setMergeScheduler(scheduler);
            try (IndexWriter writer = new IndexWriter(directory, config)) {
                return took(() -> writer.forceMerge(1));
            }
        } finally {
            IOUtils.rm(folder);
        }
    }

    private void ingest(Directory directory) throws IOException {
        int size = vectors.documents().length / SEGMENTS;
        try (IndexWriter writer = new IndexWriter(directory, config(format()).setMergePolicy(NoMergePolicy.INSTANCE))) {
            for (int from = 0; from < vectors.documents().length; from += size) {
                add(writer, from, Math.min(from + size, vectors.documents().length));
                writer.commit();
            }
        }
    }

    private void add(IndexWriter writer, int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            Document document = new Document();
            document.add(new KnnFloatVectorField(
                    VectorLayout.FIELD, vectors.documents()[i], VectorSimilarityFunction.DOT_PRODUCT));
            writer.addDocument(document);
        }
    }

    private QuantizedVectorsFormat format() {
        return QuantizedVectorsFormat.hnsw(
                Quantization.forDimensions(vectors.dimensions()), vectors.dimensions(), 16, 100);
    }

    private static IndexWriterConfig config(KnnVectorsFormat format) {
        return new IndexWriterConfig().setRAMBufferSizeMB(1_900).setCodec(new Lucene104Codec() {
            @Override
            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return format;
            }
        });
    }
}
