/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.graph.GraphMessages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.hnsw.HnswGraph;

/** Names, limits, long vectors, and which graphs are written and reused. */
public class EmbeddingVectorsFormatTests extends VectorsTestCase {
    private static final String REUSE_MESSAGE = "build graph from merging";

    public void testNameIsFrozenAndFoundByServiceLoader() {
        assertEquals("EmbeddingSearch100", EmbeddingVectorsFormat.NAME);
        KnnVectorsFormat found = KnnVectorsFormat.forName("EmbeddingSearch100");
        assertEquals(EmbeddingVectorsFormat.class, found.getClass());
        assertEquals(16_384, found.getMaxDimensions("any"));
    }

    public void testParametersOutOfRange() {
        assertRefused("m must be between 1 and 512, got [0]", 0, 100);
        assertRefused("m must be between 1 and 512, got [513]", 513, 100);
        assertRefused("ef_construction must be between 1 and 3200, got [-1]", 16, -1);
        assertRefused("ef_construction must be between 1 and 3200, got [3201]", 16, 3201);
        assertTrue(EmbeddingVectorsFormat.hnsw(512, 3200).toString().contains("m=512, ef_construction=3200"));
    }

    private static void assertRefused(String message, int m, int efConstruction) {
        IllegalArgumentException e =
                expectThrows(IllegalArgumentException.class, () -> EmbeddingVectorsFormat.hnsw(m, efConstruction));
        assertEquals(message, e.getMessage());
    }

    public void testClosedMergeInstancesCloseNothingElse() throws IOException {
        KnnVectorsFormat format = random().nextBoolean()
                ? anyExactVariant()
                : anyQuantizedVariant().withPrecision(randomPrecision());
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, oneFlush(format))) {
            for (int i = 0; i < 20; i++) {
                writer.addDocument(doc("a", new float[] {i, 1}));
            }
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                KnnVectorsReader opened = ((CodecReader) only(reader)).getVectorReader();
                KnnVectorsReader merging = opened.getMergeInstance();
                EmbeddingVectorsReader.find(merging, "v").withoutGraphs().close();
                merging.getMergeInstance().close();
                assertEquals(19, merging.getFloatVectorValues("v").vectorValue(19)[0], 0);
                merging.close();
                opened.checkIntegrity();
                assertEquals(19, opened.getFloatVectorValues("v").vectorValue(19)[0], 0);
                float[] target = {7, 1};
                assertEquals(
                        7,
                        new IndexSearcher(reader).search(new KnnFloatVectorQuery("v", target, 1), 1).scoreDocs[0].doc);
            }
        }
    }

    public void testDavinciDimensions() throws IOException {
        indexSearchMergeAndReopen(12_288);
    }

    public void testMaxDimensions() throws IOException {
        indexSearchMergeAndReopen(EmbeddingVectorsFormat.MAX_DIMENSIONS);
    }

    private static void indexSearchMergeAndReopen(int dimensions) throws IOException {
        List<float[]> vectors = new ArrayList<>();
        try (Directory dir = newDirectory()) {
            try (IndexWriter writer = new IndexWriter(dir, config(anyExactVariant()))) {
                for (int i = 0; i < 30; i++) {
                    vectors.add(randomVector(dimensions));
                    writer.addDocument(doc("a", vectors.get(i)));
                    if (i % 10 == 0) {
                        writer.commit();
                    }
                }
                try (DirectoryReader reader = DirectoryReader.open(writer)) {
                    assertEachFindsItself(reader, vectors);
                }
                writer.forceMerge(1);
            }
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                assertEachFindsItself(reader, vectors);
                assertCentroid(only(reader), "v");
            }
            TestUtil.checkIndex(dir);
        }
    }

    /**
     * In so many dimensions random vectors are all about equally distant: a search for few would find one by luck only.
     */
    private static void assertEachFindsItself(DirectoryReader reader, List<float[]> vectors) throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        for (float[] vector : vectors) {
            ScoreDoc best = searcher.search(new KnnFloatVectorQuery("v", vector, 20), 1).scoreDocs[0];
            assertEquals(1f, best.score, 0f);
        }
    }

    public void testFlatNeverHasGraphAndIsExact() throws IOException {
        try (Directory dir = newDirectory()) {
            indexSegments(dir, EmbeddingVectorsFormat.hnsw(8, 50), 2_000);
            merge(dir, EmbeddingVectorsFormat.flat());
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                assertEquals(0, graph(only(reader)).size());
                assertExact(only(reader));
            }
        }
    }

    public void testFlatSegmentsGetGraphFromHnswMerge() throws IOException {
        try (Directory dir = newDirectory()) {
            indexSegments(dir, EmbeddingVectorsFormat.flat(), 2_000);
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                assertEquals(0, graph(reader.leaves().get(0).reader()).size());
            }
            merge(dir, EmbeddingVectorsFormat.hnsw(8, 50));
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                assertEquals(4_000, graph(only(reader)).size());
            }
        }
    }

    public void testMergeReusesGraphsOfSegmentsWithoutDeletes() throws IOException {
        try (Directory dir = newDirectory()) {
            indexSegments(dir, new EmbeddingVectorsFormat(8, 50, 0), 100);
            List<String> messages = merge(dir, new EmbeddingVectorsFormat(8, 50, 0));
            assertTrue(
                    messages.toString(),
                    messages.stream().anyMatch(m -> m.startsWith(REUSE_MESSAGE + " 2 graphs of 200 vectors")));
            assertSound(dir, 200);
        }
    }

    public void testMergeRebuildsGraphsOfSegmentsWithDeletes() throws IOException {
        try (Directory dir = newDirectory()) {
            indexSegments(dir, new EmbeddingVectorsFormat(8, 50, 0), 100);
            try (IndexWriter writer = new IndexWriter(dir, unmerged(anyVariant()))) {
                writer.deleteDocuments(new Term("id", "7"));
            }
            assertNoReuse(merge(dir, new EmbeddingVectorsFormat(8, 50, 0)));
            assertSound(dir, 198);
        }
    }

    /** A graph of m = 32 has nodes with more neighbors than a reader expects of one that claims m = 4. */
    public void testMergeRebuildsGraphsOfAnotherM() throws IOException {
        try (Directory dir = newDirectory()) {
            indexSegments(dir, new EmbeddingVectorsFormat(32, 100, 0), 300);
            assertNoReuse(merge(dir, new EmbeddingVectorsFormat(4, 50, 0)));
            assertSound(dir, 600);
        }
    }

    public void testGraphOfAnotherMIsNotReusedWithoutPerFieldFormatEither() throws IOException {
        AtomicReference<KnnVectorsFormat> format = new AtomicReference<>(new EmbeddingVectorsFormat(32, 100, 0));
        Codec stock = TestUtil.getDefaultCodec();
        Codec codec = new FilterCodec(stock.getName(), stock) {
            @Override
            public KnnVectorsFormat knnVectorsFormat() {
                return format.get();
            }
        };
        List<String> messages = new ArrayList<>();
        try (Directory dir = new ByteBuffersDirectory();
                IndexWriter writer = new IndexWriter(dir, mergeConfig(messages).setCodec(codec))) {
            addSegments(writer, 300);
            format.set(new EmbeddingVectorsFormat(4, 50, 0));
            writer.forceMerge(1);
            assertNoReuse(messages);
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertSound(only(reader), 600);
            }
        }
    }

    private static void indexSegments(Directory dir, KnnVectorsFormat format, int docsPerSegment) throws IOException {
        try (IndexWriter writer = new IndexWriter(dir, unmerged(format).setMaxBufferedDocs(10_000))) {
            addSegments(writer, docsPerSegment);
        }
    }

    /** Two segments with the same ids. */
    private static void addSegments(IndexWriter writer, int docsPerSegment) throws IOException {
        for (int segment = 0; segment < 2; segment++) {
            for (int i = 0; i < docsPerSegment; i++) {
                writer.addDocument(doc(Integer.toString(i), randomVector(8)));
            }
            writer.flush();
        }
    }

    private static List<String> merge(Directory dir, KnnVectorsFormat format) throws IOException {
        List<String> messages = new ArrayList<>();
        IndexWriterConfig config = mergeConfig(messages).setCodec(TestUtil.alwaysKnnVectorsFormat(format));
        try (IndexWriter writer = new IndexWriter(dir, config)) {
            writer.forceMerge(1);
        }
        return messages;
    }

    /** Merges on the calling thread, only by forceMerge, and records messages. */
    private static IndexWriterConfig mergeConfig(List<String> messages) {
        return new IndexWriterConfig()
                .setMergeScheduler(new SerialMergeScheduler())
                .setMergePolicy(new TieredMergePolicy())
                .setInfoStream(new GraphMessages(messages));
    }

    private static void assertNoReuse(List<String> messages) {
        assertFalse(messages.toString(), messages.isEmpty());
        assertTrue(messages.toString(), messages.stream().noneMatch(m -> m.startsWith(REUSE_MESSAGE)));
    }

    private static void assertSound(Directory dir, int size) throws IOException {
        try (DirectoryReader reader = DirectoryReader.open(dir)) {
            assertSound(only(reader), size);
        }
    }

    /** Every vector is in the graph, and a search with many candidates finds the true nearest. */
    private static void assertSound(LeafReader reader, int size) throws IOException {
        assertEquals(size, graph(reader).size());
        int found = 0;
        for (int i = 0; i < 20; i++) {
            float[] query = randomVector(8);
            found += nearestOf(reader, query, 30) == exactNearest(reader, query) ? 1 : 0;
        }
        assertTrue("found " + found + " of 20", found >= 18);
        assertCentroid(reader, "v");
    }

    private static void assertExact(LeafReader reader) throws IOException {
        for (int i = 0; i < 20; i++) {
            float[] query = randomVector(8);
            assertEquals(exactNearest(reader, query), nearestOf(reader, query, 1));
        }
    }

    private static int nearestOf(LeafReader reader, float[] query, int k) throws IOException {
        AcceptDocs all = AcceptDocs.fromLiveDocs(null, reader.maxDoc());
        return reader.searchNearestVectors("v", query, k, all, Integer.MAX_VALUE).scoreDocs[0].doc;
    }

    private static int exactNearest(LeafReader reader, float[] query) throws IOException {
        FloatVectorValues vectors = reader.getFloatVectorValues("v");
        int nearest = 0;
        for (int ord = 1; ord < vectors.size(); ord++) {
            float distance = VectorUtil.squareDistance(query, vectors.vectorValue(ord));
            if (distance < VectorUtil.squareDistance(query, vectors.vectorValue(nearest))) {
                nearest = ord;
            }
        }
        return vectors.ordToDoc(nearest);
    }

    private static HnswGraph graph(LeafReader reader) throws IOException {
        KnnVectorsReader vectors = ((CodecReader) reader).getVectorReader();
        return EmbeddingVectorsReader.find(vectors, "v").getGraph("v");
    }
}
