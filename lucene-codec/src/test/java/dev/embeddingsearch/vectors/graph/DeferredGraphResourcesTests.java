/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import dev.embeddingsearch.vectors.VectorsTestCase;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.store.MockDirectoryWrapper;
import org.apache.lucene.tests.util.TestUtil;

/** Heap and temporary files of flushes that build a graph, and cleanup when they fail. */
public class DeferredGraphResourcesTests extends VectorsTestCase {

    private static final int LARGE = 400;

    /** Methods of Lucene's writers in which a flush can fail; the first has one name in Lucene 10.4, one in 10.5. */
    private static final List<String[]> STEPS = List.of(
            new String[] {"mergeOneFieldToIndex", "mergeOneFlatVectorField"},
            new String[] {"writeGraph"},
            new String[] {"writeMeta"});

    public void testBufferedVectorsCountAsHeap() throws IOException {
        int dimensions = 100 + random().nextInt(400);
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, oneFlush(withGraphsFrom400()))) {
            long bytes = (long) LARGE * dimensions * Float.BYTES;
            for (int i = 0; i < LARGE; i++) {
                writer.addDocument(doc("a", randomVector(dimensions)));
            }
            long used = writer.ramBytesUsed();
            assertTrue(used + " bytes of " + bytes, used >= bytes && used < 2 * bytes + 1_000_000);
            writer.commit();
            assertTrue(writer.ramBytesUsed() + " bytes after the flush", writer.ramBytesUsed() < bytes);
        }
    }

    public void testIndexingBufferIsRespected() throws IOException {
        try (Directory dir = newDirectory();
                IndexWriter writer =
                        new IndexWriter(dir, oneFlush(withGraphsFrom400()).setRAMBufferSizeMB(1))) {
            for (int i = 0; i < 1_200; i++) {
                writer.addDocument(doc("a", randomVector(1_024))); // 4 KB
            }
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertTrue(reader.leaves().size() + " segments", reader.leaves().size() >= 4);
                assertCentroids(reader, "v");
            }
        }
    }

    public void testOnlySegmentsWithAGraphHaveTemporaryFiles() throws IOException {
        assertEquals(0, temporaryFiles(LARGE / 2));
        assertTrue(temporaryFiles(LARGE) > 0);
    }

    /**
     * The number of temporary files of quantized vectors that a flush created; none may be left. Lucene 10.4 writes
     * them for all quantized vectors, 10.5 only for the queries of binary ones.
     */
    private static int temporaryFiles(int documents) throws IOException {
        AtomicInteger count = new AtomicInteger();
        try (Directory dir = newDirectory()) {
            Directory counting = new FilterDirectory(dir) {
                @Override
                public IndexOutput createTempOutput(String prefix, String suffix, IOContext context)
                        throws IOException {
                    count.addAndGet(prefix.contains(".veq") || suffix.equals("queries") ? 1 : 0);
                    return super.createTempOutput(prefix, suffix, context);
                }
            };
            IndexWriterConfig config = oneFlush(withGraphsFrom400(Quantization.BINARY));
            try (IndexWriter writer = new IndexWriter(counting, config)) {
                for (int i = 0; i < documents; i++) {
                    writer.addDocument(doc("a", randomVector(8)));
                }
            }
            assertNoTemporaryFiles(dir);
            return count.get();
        }
    }

    private static void assertNoTemporaryFiles(Directory dir) throws IOException {
        String[] files = dir.listAll();
        assertFalse(Arrays.toString(files), Arrays.stream(files).anyMatch(file -> file.endsWith(".tmp")));
    }

    /** Wherever a flush fails, all files are closed, which MockDirectoryWrapper checks, and the index is unchanged. */
    public void testFailedFlushLeavesIndexUnchanged() throws IOException {
        for (int round = 0; round < 10; round++) {
            try (MockDirectoryWrapper dir = newMockDirectory()) {
                QuantizedVectorsFormat format = withGraphsFrom400();
                try (IndexWriter writer = new IndexWriter(dir, oneFlush(format))) {
                    writer.addDocument(doc("first", randomVector(8)));
                }
                IndexWriter writer = new IndexWriter(dir, oneFlush(format));
                for (int i = 0; i < LARGE; i++) {
                    writer.addDocument(doc("second", randomVector(8)));
                }
                dir.failOn(new FailingFlush(RandomPicks.randomFrom(random(), STEPS), random().nextInt(20)));
                IOException e = expectThrows(IOException.class, writer::commit);
                assertEquals("no room", e.getMessage());
                writer.rollback();
                new IndexWriter(dir, oneFlush(format)).close();
                assertNoTemporaryFiles(dir);
                TestUtil.checkIndex(dir);
                try (DirectoryReader reader = DirectoryReader.open(dir)) {
                    assertEquals(1, reader.numDocs());
                }
            }
        }
    }

    /** Fails in one of the steps that write the vectors of a large segment. */
    private static final class FailingFlush extends MockDirectoryWrapper.Failure {
        private final String[] step;
        private final int after;
        private int seen;

        FailingFlush(String[] step, int after) {
            this.step = step;
            this.after = after;
        }

        @Override
        public void eval(MockDirectoryWrapper dir) throws IOException {
            boolean reached = callStackContains(DeferredGraphWriter.class, "flush") && callStackContainsAnyOf(step);
            if (reached && seen++ == after) {
                throw new IOException("no room");
            }
        }
    }
}
