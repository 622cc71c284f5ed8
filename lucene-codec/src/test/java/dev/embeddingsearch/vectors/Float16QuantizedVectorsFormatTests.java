/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;

/** Names, limits, and vectors in half precision, which are read back rounded once. */
public class Float16QuantizedVectorsFormatTests extends VectorsTestCase {
    private static QuantizedVectorsFormat anyFloat16Variant() {
        return anyQuantizedVariant().withPrecision(VectorPrecision.FLOAT16);
    }

    public void testNameIsFrozenAndFoundByServiceLoader() {
        assertEquals("EmbeddingSearchHalf100", Float16QuantizedVectorsFormat.NAME);
        assertEquals("EmbeddingSearchHalf100", anyFloat16Variant().getName());
        assertEquals(
                QuantizedVectorsFormat.NAME,
                anyFloat16Variant().withPrecision(VectorPrecision.FLOAT32).getName());
        KnnVectorsFormat found = KnnVectorsFormat.forName("EmbeddingSearchHalf100");
        assertEquals(Float16QuantizedVectorsFormat.class, found.getClass());
        assertEquals(16_384, found.getMaxDimensions("any"));
    }

    /** Some documents have no vector, some are deleted, segments are merged or not, sorted or not. */
    public void testVectorsAreReadRoundedAfterFlushMergeAndSort() throws IOException {
        Sort sort = random().nextBoolean()
                ? null
                : new Sort(new SortField("number", SortField.Type.LONG, random().nextBoolean()));
        int dimensions = 1 + random().nextInt(70);
        Map<Long, float[]> written = new HashMap<>();
        try (Directory dir = newDirectory()) {
            try (IndexWriter writer = new IndexWriter(dir, sorted(sort))) {
                write(writer, written, dimensions, random().nextInt(4));
            }
            TestUtil.checkIndex(dir);
            assertRounded(dir, written);
            if (random().nextBoolean()) {
                try (IndexWriter writer = new IndexWriter(dir, sorted(sort))) {
                    writer.forceMerge(1);
                }
                TestUtil.checkIndex(dir);
                assertRounded(dir, written);
            }
        }
    }

    private static IndexWriterConfig sorted(Sort sort) {
        IndexWriterConfig config = config(anyFloat16Variant());
        return sort == null ? config : config.setIndexSort(sort);
    }

    /** @param without one in so many documents has no vector; 0 if all have one */
    private static void write(IndexWriter writer, Map<Long, float[]> written, int dimensions, int without)
            throws IOException {
        for (long number = 0; number < 300; number++) {
            boolean has = without == 0 || random().nextInt(without + 1) > 0;
            float[] vector = has ? randomVector(dimensions) : null;
            Document doc = has ? doc(Long.toString(number), vector) : new Document();
            doc.add(new NumericDocValuesField("number", number));
            writer.addDocument(doc);
            if (has) {
                written.put(number, vector.clone());
            }
            if (random().nextInt(20) == 0) {
                writer.commit();
            }
            if (has && random().nextInt(10) == 0) {
                writer.deleteDocuments(new Term("id", Long.toString(number)));
                written.remove(number);
            }
        }
    }

    private static void assertRounded(Directory dir, Map<Long, float[]> written) throws IOException {
        float[] target = written.values().iterator().next();
        int seen = 0;
        try (DirectoryReader reader = DirectoryReader.open(dir)) {
            assertCentroids(reader, "v");
            for (LeafReaderContext leaf : reader.leaves()) {
                FloatVectorValues values = leaf.reader().getFloatVectorValues("v");
                VectorScorer scorer = values == null ? null : values.rescorer(target);
                seen += scorer == null ? 0 : assertRounded(leaf.reader(), scorer, target, written);
            }
        }
        assertEquals(written.size(), seen);
    }

    private static int assertRounded(LeafReader reader, VectorScorer scorer, float[] target, Map<Long, float[]> written)
            throws IOException {
        FloatVectorValues values = reader.getFloatVectorValues("v");
        NumericDocValues numbers = reader.getNumericDocValues("number");
        DocIdSetIterator docs = scorer.iterator();
        int ord = 0;
        int seen = 0;
        for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
            assertEquals(doc, values.ordToDoc(ord));
            float[] vector = values.vectorValue(ord++);
            assertEquals(EUCLIDEAN.compare(target, vector), scorer.score(), 1e-6);
            if (reader.getLiveDocs() == null || reader.getLiveDocs().get(doc)) {
                assertTrue(numbers.advanceExact(doc));
                float[] given = written.get(numbers.longValue());
                assertArrayEquals(VectorPrecision.FLOAT16.round("v", given), vector, 0);
                seen++;
            }
        }
        return seen;
    }

    public void testComponentsOutOfRangeAreRejected() throws IOException {
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, config(anyFloat16Variant()))) {
            writer.addDocument(doc("1", new float[] {65_519, -65_504}));
            Exception e = expectThrows(
                    IllegalArgumentException.class, () -> writer.addDocument(doc("2", new float[] {1, -65_520})));
            assertEquals(
                    "field [v] with [storage] [float16] expects numbers from -65504 to 65504, got [-65520.0] at index [1]:"
                            + " make the field with [storage] [float32]",
                    e.getMessage());
            writer.addDocument(doc("3", new float[] {0, 1}));
            writer.forceMerge(1);
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertEquals(2, reader.numDocs());
                FloatVectorValues values = only(reader).getFloatVectorValues("v");
                assertEquals(2, values.size());
                assertArrayEquals(new float[] {65_504, -65_504}, values.vectorValue(0), 0);
            }
        }
    }

    public void testMergesAcceptSegmentsOfOtherFormats() throws IOException {
        Map<Long, float[]> written = new HashMap<>();
        try (Directory dir = newDirectory()) {
            for (KnnVectorsFormat format : new KnnVectorsFormat[] {anyVariant(), anyFloat16Variant(), anyVariant()}) {
                try (IndexWriter writer = new IndexWriter(dir, unmerged(format))) {
                    for (int i = 0; i < 30; i++) {
                        long number = written.size();
                        written.put(number, randomVector(7));
                        Document doc = doc(Long.toString(number), written.get(number));
                        doc.add(new NumericDocValuesField("number", number));
                        writer.addDocument(doc);
                    }
                }
            }
            try (IndexWriter writer = new IndexWriter(dir, config(anyFloat16Variant()))) {
                writer.forceMerge(1);
            }
            TestUtil.checkIndex(dir);
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                float[] target = written.get(5L);
                VectorScorer scorer = only(reader).getFloatVectorValues("v").rescorer(target);
                assertEquals(90, assertRounded(only(reader), scorer, target, written));
                assertTrue(QuantizedVectorsFormat.estimates(only(reader), "v"));
                assertNotNull(QuantizedVectorsFormat.estimator(only(reader), "v", target));
                IndexSearcher searcher = new IndexSearcher(reader);
                assertEquals(1, searcher.search(new KnnFloatVectorQuery("v", target, 90), 1).scoreDocs.length);
            }
        }
    }

    /** Exact vectors need half the bytes, everything else as many. */
    public void testBytesInMemory() throws IOException {
        int dimensions = 1 + random().nextInt(70);
        QuantizedVectorsFormat whole = QuantizedVectorsFormat.flat(randomQuantization());
        Map<String, Long> float32 = offHeap(whole, dimensions);
        Map<String, Long> float16 = offHeap(whole.withPrecision(VectorPrecision.FLOAT16), dimensions);
        assertEquals(20L * 4 * dimensions, float32.get("vec").longValue());
        assertEquals(20L * 2 * dimensions, float16.get("vec").longValue());
        assertEquals(float32.get("veq"), float16.get("veq"));
        assertEquals(float32.keySet(), float16.keySet());
    }

    private static Map<String, Long> offHeap(KnnVectorsFormat format, int dimensions) throws IOException {
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, config(format))) {
            for (int i = 0; i < 20; i++) {
                writer.addDocument(doc(Integer.toString(i), randomVector(dimensions)));
            }
            writer.forceMerge(1);
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                CodecReader segment = (CodecReader) only(reader);
                return segment.getVectorReader()
                        .getOffHeapByteSize(segment.getFieldInfos().fieldInfo("v"));
            }
        }
    }

    public void testByteVectorsAreStoredUnchanged() throws IOException {
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, config(anyFloat16Variant()))) {
            Document doc = doc("1", new float[] {1 / 3F});
            doc.add(new KnnByteVectorField("bytes", new byte[] {1, -2, 3}, EUCLIDEAN));
            writer.addDocument(doc);
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertArrayEquals(
                        new byte[] {1, -2, 3},
                        only(reader).getByteVectorValues("bytes").vectorValue(0));
                assertArrayEquals(
                        new float[] {.33325195F},
                        only(reader).getFloatVectorValues("v").vectorValue(0),
                        0);
            }
        }
    }
}
