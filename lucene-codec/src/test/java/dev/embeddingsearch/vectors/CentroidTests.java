/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SlowCodecReaderWrapper;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;

/** The stored centroid is the mean of the unit vectors in the segment, however the segment was written. */
public class CentroidTests extends VectorsTestCase {
    public void testFlushStoresMeanOfUnitVectors() throws IOException {
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, unmerged(anyVariant()))) {
            writer.addDocument(doc("a", new float[] {3, 0}));
            writer.addDocument(doc("b", new float[] {0, 0.5f}));
            writer.addDocument(doc("c", new float[] {0.6f, 0.8f}));
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                Centroid centroid = Centroid.of(only(reader), "v");
                assertEquals(3, centroid.count());
                assertArrayEquals(new float[] {1.6f / 3, 1.8f / 3}, centroid.mean(), 1e-7f);
                assertEquals((0.6f * 1.6f + 0.8f * 1.8f) / 3, centroid.dot(new float[] {0.6f, 0.8f}), 1e-6f);
            }
        }
    }

    public void testStdDevOfCosinesAboutEachVectorsMean() throws IOException {
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, unmerged(anyVariant()))) {
            writer.addDocument(doc("a", new float[] {2, 0}));
            writer.addDocument(doc("b", new float[] {0, 3}));
            writer.addDocument(doc("c", new float[] {0.6f, 0.8f}));
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                // a: 0 and .6, b: 0 and .8, c: .6 and .8; each deviates from its mean by half the difference
                double meanSquare = (0.3 * 0.3 + 0.4 * 0.4 + 0.1 * 0.1) / 3;
                assertEquals(
                        Math.sqrt(meanSquare), Centroid.of(only(reader), "v").stdDev(), 1e-6);
            }
        }
    }

    public void testStdDevOfSingleVectorIsZero() throws IOException {
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, unmerged(anyVariant()))) {
            writer.addDocument(doc("a", randomVector(4)));
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertEquals(0, Centroid.of(only(reader), "v").stdDev(), 0);
            }
        }
    }

    /**
     * Documents of one topic are indexed together: the sample must not compare only adjacent vectors, which are alike.
     */
    public void testStdDevOfManyIsIndependentOfTheirOrder() throws IOException {
        int topics = 8;
        int size = 3 * CosineSample.SIZE + random().nextInt(1_000);
        List<float[]> vectors = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            float[] vector = randomVector(16);
            vector[(int) ((long) i * topics / size)] += 9;
            vectors.add(vector);
        }
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, config(anyVariant()))) {
            for (int i = 0; i < size; i++) {
                writer.addDocument(doc(Integer.toString(i), vectors.get(i)));
                if (random().nextInt(size / 4) == 0) {
                    writer.commit();
                }
            }
            writer.deleteDocuments(new Term("id", "1"));
            writer.forceMerge(1);
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                vectors.remove(1);
                vectors.replaceAll(VectorUtil::l2normalize);
                double expected = stdDev(vectors);
                assertEquals(expected, Centroid.of(only(reader), "v").stdDev(), 0.1 * expected);
            }
        }
    }

    public void testDeletedDocumentsCountUntilMergedAway() throws IOException {
        try (Directory dir = newDirectory()) {
            try (IndexWriter writer = new IndexWriter(dir, unmerged(anyVariant()))) {
                writer.addDocument(doc("a", new float[] {1, 0}));
                writer.addDocument(doc("b", new float[] {0, 1}));
                writer.commit();
                writer.deleteDocuments(new Term("id", "b"));
            }
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                assertEquals(1, reader.numDocs());
                assertArrayEquals(
                        new float[] {0.5f, 0.5f}, Centroid.of(only(reader), "v").mean(), 0);
            }
            try (IndexWriter writer = new IndexWriter(dir, config(anyVariant()))) {
                writer.forceMerge(1);
            }
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                Centroid centroid = Centroid.of(only(reader), "v");
                assertEquals(1, centroid.count());
                assertArrayEquals(new float[] {1, 0}, centroid.mean(), 0);
            }
        }
    }

    public void testRandomUpdatesDeletesAndMerges() throws IOException {
        int dimensions = 1 + random().nextInt(40);
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, config(anyVariant()))) {
            int operations = atLeast(300);
            for (int i = 0; i < operations; i++) {
                String id = Integer.toString(random().nextInt(100));
                switch (random().nextInt(20)) {
                    case 0 -> writer.commit();
                    case 1 -> writer.forceMerge(1 + random().nextInt(3));
                    case 2, 3 -> writer.deleteDocuments(new Term("id", id));
                    default -> writer.updateDocument(new Term("id", id), doc(id, randomVector(dimensions)));
                }
                if (random().nextInt(25) == 0) {
                    try (DirectoryReader reader = DirectoryReader.open(writer)) {
                        assertCentroids(reader, "v");
                    }
                }
            }
            writer.forceMerge(1);
            writer.commit();
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                assertCentroids(reader, "v");
            }
        }
    }

    public void testManyGenerationsOfMergesDoNotDrift() throws IOException {
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, config(anyVariant()))) {
            for (int i = 0; i < 50; i++) {
                writer.addDocument(doc("a", randomVector(5)));
                writer.commit();
                writer.forceMerge(1);
            }
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertEquals(50, Centroid.of(only(reader), "v").count());
                assertCentroids(reader, "v");
            }
        }
    }

    public void testSegmentsOfOtherFormatsAndReadersAreRead() throws IOException {
        try (Directory stock = newDirectory();
                Directory dir = newDirectory()) {
            addRandomDocs(stock, 40);
            try (IndexWriter writer = new IndexWriter(dir, config(anyVariant()));
                    DirectoryReader source = DirectoryReader.open(stock)) {
                writer.addDocument(doc("own", randomVector(4)));
                writer.addIndexes(stock);
                for (LeafReaderContext leaf : source.leaves()) {
                    writer.addIndexes((CodecReader) leaf.reader());
                    writer.addIndexes(SlowCodecReaderWrapper.wrap(new FilterLeafReaderOf(leaf.reader())));
                }
                writer.forceMerge(1);
                try (DirectoryReader reader = DirectoryReader.open(writer)) {
                    assertEquals(
                            1 + 3L * source.numDocs(),
                            Centroid.of(only(reader), "v").count());
                    assertCentroids(reader, "v");
                }
            }
        }
    }

    private static void addRandomDocs(Directory dir, int count) throws IOException {
        try (IndexWriter writer = new IndexWriter(dir, newIndexWriterConfig().setCodec(TestUtil.getDefaultCodec()))) {
            for (int i = 0; i < count; i++) {
                writer.addDocument(doc("a" + i, randomVector(4)));
            }
            writer.deleteDocuments(new Term("id", "a7"));
        }
    }

    public void testIndexSort() throws IOException {
        Sort byRank = new Sort(new SortField("rank", SortField.Type.LONG));
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, config(anyVariant()).setIndexSort(byRank))) {
            for (int i = 0; i < 60; i++) {
                Document doc = doc(Integer.toString(i % 40), randomVector(6));
                doc.add(new NumericDocValuesField("rank", random().nextLong()));
                writer.updateDocument(new Term("id", Integer.toString(i % 40)), doc);
                if (i % 13 == 0) {
                    writer.commit();
                }
            }
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertCentroids(reader, "v");
            }
            writer.forceMerge(1);
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertEquals(40, Centroid.of(only(reader), "v").count());
                assertCentroids(reader, "v");
            }
        }
    }

    public void testSparseAndSeveralFields() throws IOException {
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, config(anyVariant()))) {
            for (int i = 0; i < 50; i++) {
                Document doc = new Document();
                if (i % 3 == 0) {
                    doc.add(new KnnFloatVectorField("sparse", randomVector(3), EUCLIDEAN));
                }
                if (i > 25) {
                    doc.add(new KnnFloatVectorField("late", randomVector(7), EUCLIDEAN));
                }
                doc.add(new KnnByteVectorField("bytes", new byte[] {1, 2, 3}, EUCLIDEAN));
                writer.addDocument(doc);
                if (i % 20 == 0) {
                    writer.commit();
                }
            }
            writer.forceMerge(1);
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertEquals(17, Centroid.of(only(reader), "sparse").count());
                assertEquals(24, Centroid.of(only(reader), "late").count());
                assertCentroids(reader, "sparse");
                assertCentroids(reader, "late");
                assertNull(Centroid.of(only(reader), "bytes"));
                assertNull(Centroid.of(only(reader), "unknown"));
            }
        }
    }

    public void testZeroVectorsAreNotCounted() throws IOException {
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, unmerged(anyVariant()))) {
            writer.addDocument(doc("a", new float[2]));
            writer.addDocument(doc("b", new float[] {0, 5}));
            writer.commit();
            writer.addDocument(doc("c", new float[2]));
            writer.commit();
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                LeafReader first = reader.leaves().get(0).reader();
                assertEquals(1, Centroid.of(first, "v").count());
                assertArrayEquals(new float[] {0, 1}, Centroid.of(first, "v").mean(), 0);
                assertNull(Centroid.of(reader.leaves().get(1).reader(), "v"));
            }
        }
    }

    public void testExtremeLengthsNeitherOverflowNorVanish() {
        CentroidSum sum = new CentroidSum(2);
        sum.add(new float[] {Float.MAX_VALUE, 0});
        sum.add(new float[] {0, Float.MIN_VALUE});
        assertEquals(2, sum.count());
        assertArrayEquals(new float[] {0.5f, 0.5f}, sum.mean(), 0);
    }

    public void testStoredCentroidIsReadThroughFiltersWithoutVectors() throws IOException {
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, unmerged(anyVariant()))) {
            writer.addDocument(doc("a", new float[] {0, 2}));
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                LeafReader filtered = new FilterLeafReaderOf(new FilterLeafReaderOf(only(reader)) {
                    @Override
                    public FloatVectorValues getFloatVectorValues(String field) {
                        throw new AssertionError("vectors were loaded");
                    }
                });
                assertArrayEquals(new float[] {0, 1}, Centroid.of(filtered, "v").mean(), 0);
            }
        }
    }

    public void testFieldHiddenByFilterHasNoCentroid() throws IOException {
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, unmerged(anyVariant()))) {
            writer.addDocument(doc("a", new float[] {0, 2}));
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                LeafReader hiding = new FilterLeafReaderOf(only(reader)) {
                    @Override
                    public FieldInfos getFieldInfos() {
                        return new FieldInfos(new FieldInfo[0]);
                    }
                };
                assertNull(Centroid.of(hiding, "v"));
            }
        }
    }

    public void testOtherFormatsGiveEvenSample() throws IOException {
        int size = Centroid.MAX_SAMPLE * 5 / 2;
        IndexWriterConfig inOrder = new IndexWriterConfig().setMaxBufferedDocs(size + 1);
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, inOrder.setCodec(TestUtil.getDefaultCodec()))) {
            for (int i = 0; i < size; i++) {
                // The sample takes two ordinals of five: 0 and 2. All others point elsewhere.
                writer.addDocument(doc("a", i % 5 == 0 || i % 5 == 2 ? new float[] {1, 0} : new float[] {0, 1}));
            }
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                Centroid centroid = Centroid.of(only(reader), "v");
                assertEquals(size, centroid.count());
                assertArrayEquals(new float[] {1, 0}, centroid.mean(), 0);
            }
        }
    }

    public void testSmallSegmentsOfOtherFormatsAreExact() throws IOException {
        try (Directory dir = newDirectory()) {
            addRandomDocs(dir, 40);
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                assertCentroids(reader, "v");
            }
        }
    }

    private static class FilterLeafReaderOf extends FilterLeafReader {
        FilterLeafReaderOf(LeafReader in) {
            super(in);
        }

        @Override
        public IndexReader.CacheHelper getCoreCacheHelper() {
            return in.getCoreCacheHelper();
        }

        @Override
        public IndexReader.CacheHelper getReaderCacheHelper() {
            return in.getReaderCacheHelper();
        }
    }

    /** The sample skips deleted documents. */
    public void testStdDevAfterEveryTenthDocumentWasDeleted() throws IOException {
        List<float[]> vectors = new ArrayList<>();
        IndexWriterConfig oneSegment =
                new IndexWriterConfig().setCodec(TestUtil.alwaysKnnVectorsFormat(EmbeddingVectorsFormat.flat()));
        try (Directory directory = newDirectory();
                IndexWriter writer = new IndexWriter(directory, oneSegment)) {
            for (int i = 0; i < 10 * CosineSample.SIZE; i++) {
                float[] vector = randomVector(8);
                writer.addDocument(doc(i % 10 == 0 ? "gone" : "kept", vector));
                if (i % 10 != 0) {
                    vectors.add(VectorUtil.l2normalize(vector.clone()));
                }
            }
            writer.commit();
            writer.deleteDocuments(new Term("id", "gone"));
            writer.forceMerge(1);
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                double expected = stdDev(vectors);
                assertEquals(expected, Centroid.of(only(reader), "v").stdDev(), 0.1 * expected);
            }
        }
    }
}
