/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import dev.embeddingsearch.vectors.EmbeddingVectorsFormat;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.VectorsTestCase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.MergeScheduler;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.InfoStream;
import org.apache.lucene.util.NamedThreadFactory;
import org.apache.lucene.util.VectorUtil;

/** Graphs that several threads build together in a merge have the recall of others. */
public class ParallelMergeTests extends VectorsTestCase {

    private static final String VECTOR = "vector";
    private static final int DIMENSIONS = 32;
    /** More than the batch of vectors that Lucene gives a thread at a time. */
    private static final int DOCUMENTS = 5_000;

    private static final int K = 10;

    private final float[][] vectors = new float[DOCUMENTS][];
    private final AtomicInteger tasks = new AtomicInteger();
    private ExecutorService threads;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        threads = Executors.newFixedThreadPool(3, new NamedThreadFactory("merge"));
        for (int i = 0; i < DOCUMENTS; i++) {
            vectors[i] = vector();
        }
    }

    @Override
    public void tearDown() throws Exception {
        TestUtil.shutdownExecutorService(threads);
        super.tearDown();
    }

    private static float[] vector() {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) random().nextGaussian();
        }
        return VectorUtil.l2normalize(vector);
    }

    private static KnnVectorsFormat format(int workers) {
        return random().nextBoolean()
                ? exactWithGraphs(16, 100).withMergeWorkers(workers)
                : quantizedWithGraphs(Quantization.INT8, 16, 100)
                        .withPrecision(randomPrecision())
                        .withMergeWorkers(workers);
    }

    public void testThreadsOfTheSchedulerBuildTheGraph() throws IOException {
        double recall = recallAfterMerge(format(3), new OfferingThreads(), InfoStream.NO_OUTPUT);
        assertEquals("tasks given to other threads", 2, tasks.get());
        assertTrue("recall " + recall, recall >= 0.9);
    }

    /** As for small merges, for which schedulers offer no threads. */
    public void testWithoutThreadsAllGraphsAreReused() throws IOException {
        List<String> messages = new ArrayList<>();
        double recall = recallAfterMerge(format(3), new SerialMergeScheduler(), new GraphMessages(messages));
        assertTrue("recall " + recall, recall >= 0.9);
        assertFalse("no graph was built", messages.isEmpty());
        assertFalse(messages.toString(), messages.stream().anyMatch(message -> message.contains("workers")));
    }

    public void testOneWorkerUsesNoThreads() throws IOException {
        double recall = recallAfterMerge(format(1), new OfferingThreads(), InfoStream.NO_OUTPUT);
        assertEquals("tasks given to other threads", 0, tasks.get());
        assertTrue("recall " + recall, recall >= 0.9);
    }

    public void testAtLeastOneWorker() {
        Exception e = expectThrows(
                IllegalArgumentException.class,
                () -> EmbeddingVectorsFormat.flat().withMergeWorkers(0));
        assertEquals("expected at least one thread for a merge, got [0]", e.getMessage());
    }

    private double recallAfterFlush(FlushThreads helpers) throws IOException {
        KnnVectorsFormat format = quantizedWithGraphs(Quantization.INT8, 16, 100)
                .withPrecision(randomPrecision())
                .withFlushThreads(helpers);
        try (Directory directory = newDirectory()) {
            IndexWriterConfig config = mergeConfig(format)
                    .setMergePolicy(NoMergePolicy.INSTANCE)
                    .setMaxBufferedDocs(DOCUMENTS + 1)
                    .setRAMBufferSizeMB(IndexWriterConfig.DISABLE_AUTO_FLUSH);
            try (IndexWriter writer = new IndexWriter(directory, config)) {
                for (float[] vector : vectors) {
                    Document document = new Document();
                    document.add(new KnnFloatVectorField(VECTOR, vector, VectorSimilarityFunction.DOT_PRODUCT));
                    writer.addDocument(document);
                }
            }
            TestUtil.checkIndex(directory);
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                assertEquals(1, reader.leaves().size());
                return recall(new IndexSearcher(reader));
            }
        }
    }

    private Executor counting() {
        return task -> {
            tasks.incrementAndGet();
            threads.execute(task);
        };
    }

    public void testThreadsBuildTheGraphOfALargeFlush() throws IOException {
        double recall = recallAfterFlush(new FlushThreads(counting(), 3, DOCUMENTS));
        assertEquals("tasks given to other threads", 2, tasks.get());
        assertTrue("recall " + recall, recall >= 0.9);
    }

    public void testThreadsThatAreBusyAreNotWaitedFor() throws IOException {
        Executor busy = task -> tasks.incrementAndGet();
        double recall = recallAfterFlush(new FlushThreads(busy, 3, DOCUMENTS));
        assertEquals("tasks given to other threads", 2, tasks.get());
        assertTrue("recall " + recall, recall >= 0.9);
    }

    public void testSmallFlushUsesNoThreads() throws IOException {
        double recall = recallAfterFlush(new FlushThreads(counting(), 3, DOCUMENTS + 1));
        assertEquals("tasks given to other threads", 0, tasks.get());
        assertTrue("recall " + recall, recall >= 0.9);
    }

    private double recallAfterMerge(KnnVectorsFormat format, MergeScheduler scheduler, InfoStream stream)
            throws IOException {
        try (Directory directory = newDirectory()) {
            try (IndexWriter writer =
                    new IndexWriter(directory, mergeConfig(format).setMergePolicy(NoMergePolicy.INSTANCE))) {
                for (int i = 0; i < DOCUMENTS; i++) {
                    Document document = new Document();
                    document.add(new KnnFloatVectorField(VECTOR, vectors[i], VectorSimilarityFunction.DOT_PRODUCT));
                    writer.addDocument(document);
                    if (i % 1_300 == 0) {
                        writer.commit();
                    }
                }
            }
            try (IndexWriter writer = new IndexWriter(
                    directory,
                    mergeConfig(format)
                            .setInfoStream(stream)
                            .setMergeScheduler(scheduler)
                            .setMergePolicy(new LogDocMergePolicy()))) {
                writer.forceMerge(1);
            }
            TestUtil.checkIndex(directory);
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                assertEquals(1, reader.leaves().size());
                return recall(new IndexSearcher(reader));
            }
        }
    }

    private static IndexWriterConfig mergeConfig(KnnVectorsFormat format) {
        return new IndexWriterConfig().setCodec(TestUtil.alwaysKnnVectorsFormat(format));
    }

    private double recall(IndexSearcher searcher) throws IOException {
        int found = 0;
        for (int round = 0; round < 20; round++) {
            float[] query = vector();
            Set<Integer> expected = new HashSet<>(nearest(query));
            for (ScoreDoc hit : searcher.search(new KnnFloatVectorQuery(VECTOR, query, 200), K).scoreDocs) {
                found += expected.contains(hit.doc) ? 1 : 0;
            }
        }
        return found / (20.0 * K);
    }

    private List<Integer> nearest(float[] query) {
        return IntStream.range(0, DOCUMENTS)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -VectorUtil.dotProduct(query, vectors[i])))
                .limit(K)
                .toList();
    }

    /** Offers threads to every merge; Lucene's own scheduler has none for small ones. */
    private final class OfferingThreads extends SerialMergeScheduler {

        @Override
        public Executor getIntraMergeExecutor(MergePolicy.OneMerge merge) {
            return task -> {
                if (onGraphs()) {
                    tasks.incrementAndGet();
                }
                threads.execute(task);
            };
        }

        private static boolean onGraphs() {
            return Arrays.stream(Thread.currentThread().getStackTrace())
                    .anyMatch(frame -> frame.getClassName().endsWith("HnswConcurrentMergeBuilder"));
        }
    }
}
