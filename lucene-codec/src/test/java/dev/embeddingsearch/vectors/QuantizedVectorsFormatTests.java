/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;

/** Names, limits, long vectors, merges of segments in other formats, and which segments have no graph. */
public class QuantizedVectorsFormatTests extends VectorsTestCase {
    public void testNameIsFrozenAndFoundByServiceLoader() {
        assertEquals("EmbeddingSearchQuantized100", QuantizedVectorsFormat.NAME);
        KnnVectorsFormat found = KnnVectorsFormat.forName("EmbeddingSearchQuantized100");
        assertEquals(QuantizedVectorsFormat.class, found.getClass());
        assertEquals(16_384, found.getMaxDimensions("any"));
    }

    public void testParametersOutOfRange() {
        Exception m = expectThrows(
                IllegalArgumentException.class, () -> QuantizedVectorsFormat.hnsw(Quantization.INT4, 8, 513, 100));
        assertEquals("m must be between 1 and 512, got [513]", m.getMessage());
        Exception none =
                expectThrows(IllegalArgumentException.class, () -> QuantizedVectorsFormat.flat(Quantization.NONE));
        assertEquals("expected bits to quantise to, got [none]", none.getMessage());
    }

    public void testFewerBitsForLongerVectors() {
        assertEquals(Quantization.INT8, Quantization.forDimensions(255));
        assertEquals(Quantization.INT4, Quantization.forDimensions(256));
        assertEquals(Quantization.INT4, Quantization.forDimensions(511));
        assertEquals(Quantization.BINARY, Quantization.forDimensions(512));
        assertEquals(192 + 16, Quantization.BINARY.quantizedBytes(1_536));
        assertEquals(192 + 16, Quantization.INT4.quantizedBytes(384));
        assertEquals(128 + 16, Quantization.INT8.quantizedBytes(128));
    }

    public void testLongVectorsAreIndexedSearchedMergedAndReopened() throws IOException {
        for (Quantization quantization : List.of(Quantization.BINARY, Quantization.INT4, Quantization.INT8)) {
            indexSearchMergeAndReopen(new QuantizedVectorsFormat(quantization, 8, 50, 0), 12_288);
            indexSearchMergeAndReopen(QuantizedVectorsFormat.flat(quantization), EmbeddingVectorsFormat.MAX_DIMENSIONS);
        }
    }

    private static void indexSearchMergeAndReopen(KnnVectorsFormat format, int dimensions) throws IOException {
        List<float[]> vectors = new ArrayList<>();
        try (Directory dir = newDirectory()) {
            try (IndexWriter writer = new IndexWriter(dir, inOrder(format))) {
                for (int i = 0; i < 20; i++) {
                    vectors.add(randomVector(dimensions));
                    writer.addDocument(doc(Integer.toString(i), vectors.get(i)));
                    if (i % 8 == 0) {
                        writer.commit();
                    }
                }
                writer.forceMerge(1);
            }
            TestUtil.checkIndex(dir);
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                assertCentroid(only(reader), "v");
                IndexSearcher searcher = new IndexSearcher(reader);
                for (int i = 0; i < vectors.size(); i++) {
                    ScoreDoc[] hits = searcher.search(new KnnFloatVectorQuery("v", vectors.get(i), 20), 20).scoreDocs;
                    assertEquals("estimates distinguish a vector from random ones", i, hits[0].doc);
                    assertExact(only(reader), vectors, i);
                }
            }
        }
    }

    /** Merges keep documents in the order they were added. */
    private static IndexWriterConfig inOrder(KnnVectorsFormat format) {
        return config(format).setMergePolicy(new LogDocMergePolicy());
    }

    private static void assertExact(LeafReader reader, List<float[]> vectors, int target) throws IOException {
        FloatVectorValues values = reader.getFloatVectorValues("v");
        VectorScorer rescorer = values.rescorer(vectors.get(target));
        DocIdSetIterator docs = rescorer.iterator();
        for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
            assertArrayEquals(vectors.get(doc), values.vectorValue(doc), 0);
            assertEquals(EUCLIDEAN.compare(vectors.get(target), vectors.get(doc)), rescorer.score(), 1e-6);
        }
    }

    public void testMergesAcceptSegmentsOfAnyEncodingAndOfNone() throws IOException {
        int dimensions = 1 + random().nextInt(40);
        List<float[]> vectors = new ArrayList<>();
        try (Directory dir = newDirectory()) {
            for (int segment = 0; segment < 6; segment++) {
                KnnVectorsFormat format = segment == 5 ? TestUtil.getDefaultKnnVectorsFormat() : anyVariant();
                try (IndexWriter writer = new IndexWriter(dir, unmerged(format))) {
                    for (int i = 0; i < 30; i++) {
                        vectors.add(randomVector(dimensions));
                        writer.addDocument(doc(Integer.toString(vectors.size()), vectors.getLast()));
                    }
                }
            }
            try (IndexWriter writer = new IndexWriter(dir, inOrder(anyQuantizedVariant()))) {
                writer.forceMerge(1);
            }
            TestUtil.checkIndex(dir);
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                assertTrue(QuantizedVectorsFormat.estimates(only(reader), "v"));
                assertCentroid(only(reader), "v");
                assertExact(only(reader), vectors, random().nextInt(vectors.size()));
            }
        }
    }

    public void testSmallSegmentsAreScanned() {
        assertEquals(8_000, QuantizedVectorsFormat.scannedVectors(Quantization.BINARY, 1_536));
        assertEquals(8_000, QuantizedVectorsFormat.scannedVectors(Quantization.INT4, 384));
        assertEquals(2_702, QuantizedVectorsFormat.scannedVectors(Quantization.INT8, 1_536));
        assertEquals(2_702, QuantizedVectorsFormat.scannedVectors(Quantization.BINARY, 12_288));
        assertEquals(0, QuantizedVectorsFormat.scannedVectors(Quantization.NONE, 1_536));
    }

    public void testGraphBeginsWhereScansEnd() throws IOException {
        int scanned = QuantizedVectorsFormat.scannedVectors(Quantization.INT8, 16_384); // 255
        assertEquals(0, graphOf(Quantization.INT8, 16_384, scanned - 5));
        assertEquals(scanned + 5, graphOf(Quantization.INT8, 16_384, scanned + 5));
    }

    /**
     * The number of nodes of the graph; the vectors have fewer dimensions than the format is configured for, to save
     * time.
     */
    private static int graphOf(Quantization quantization, int dimensions, int vectors) throws IOException {
        KnnVectorsFormat format = QuantizedVectorsFormat.hnsw(quantization, dimensions, 8, 50);
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, config(format).setMergePolicy(new TieredMergePolicy()))) {
            for (int i = 0; i < vectors; i++) {
                writer.addDocument(doc(Integer.toString(i), randomVector(4)));
            }
            writer.forceMerge(1);
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                return EmbeddingVectorsReader.find(only(reader), "v")
                        .getGraph("v")
                        .size();
            }
        }
    }

    /**
     * The merge policy leaves few small segments: ten of each size, with sizes a factor of ten apart. With small
     * flushes, as a refresh every second causes, scans never cover more than two such groups.
     */
    public void testScansCoverFewVectorsHoweverOftenSegmentsAreFlushed() throws IOException {
        int scanned = QuantizedVectorsFormat.scannedVectors(Quantization.INT8, 16_384);
        KnnVectorsFormat format = QuantizedVectorsFormat.hnsw(Quantization.INT8, 16_384, 4, 10);
        TieredMergePolicy policy = new TieredMergePolicy();
        policy.setFloorSegmentMB(0.001);
        IndexWriterConfig config = new IndexWriterConfig()
                .setCodec(TestUtil.alwaysKnnVectorsFormat(format))
                .setMergeScheduler(new SerialMergeScheduler())
                .setMergePolicy(policy);
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, config)) {
            int written = 0;
            int most = 0;
            for (int flush = 0; flush < 300; flush++) {
                for (int i = 0; i < 20; i++) {
                    writer.addDocument(doc(Integer.toString(written++), randomVector(4)));
                }
                try (DirectoryReader reader = DirectoryReader.open(writer)) {
                    most = Math.max(most, vectorsWithoutGraph(reader));
                }
            }
            assertTrue(most + " vectors were scanned", most <= 20 * scanned);
            assertTrue("segments with a graph exist", most < written);
        }
    }

    private static int vectorsWithoutGraph(DirectoryReader reader) throws IOException {
        int count = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            boolean graph = EmbeddingVectorsReader.find(leaf.reader(), "v")
                            .getGraph("v")
                            .size()
                    > 0;
            count += graph ? 0 : leaf.reader().maxDoc();
        }
        return count;
    }
}
