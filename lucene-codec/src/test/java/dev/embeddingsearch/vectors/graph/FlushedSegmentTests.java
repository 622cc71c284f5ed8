/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import dev.embeddingsearch.vectors.VectorsTestCase;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnByteVectorQuery;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;

/** A flushed segment has the right vector for each document, and a graph if it is large. */
public class FlushedSegmentTests extends VectorsTestCase {

    private static final int DIMENSIONS = 24;

    private static final int LARGE = 400;

    private static float[][] vectors(int count) {
        return IntStream.range(0, count).mapToObj(i -> randomVector(DIMENSIONS)).toArray(float[][]::new);
    }

    public void testIndexSortWithDocumentsWithoutVectors() throws IOException {
        Sort sort = new Sort(new SortField("number", SortField.Type.LONG, random().nextBoolean()));
        VectorPrecision precision = randomPrecision();
        float[][] written = new float[2 * LARGE][];
        try (Directory dir = newDirectory()) {
            try (IndexWriter writer = new IndexWriter(
                    dir, oneFlush(withGraphsFrom400().withPrecision(precision)).setIndexSort(sort))) {
                for (int number : shuffled(written.length)) {
                    written[number] = random().nextInt(4) == 0 ? null : randomVector(DIMENSIONS);
                    Document doc = written[number] == null ? new Document() : doc("" + number, written[number]);
                    doc.add(new NumericDocValuesField("number", number));
                    writer.addDocument(doc);
                }
            }
            TestUtil.checkIndex(dir);
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                assertCentroid(only(reader), "v");
                assertEquals(
                        assertWritten(only(reader), written, precision),
                        graph(only(reader), "v").size());
            }
        }
    }

    private static int[] shuffled(int count) {
        List<Integer> numbers =
                new ArrayList<>(IntStream.range(0, count).boxed().toList());
        Collections.shuffle(numbers, random());
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Each document has the vector it was written with, and is scored by it; returns the number of vectors. */
    private static int assertWritten(LeafReader segment, float[][] written, VectorPrecision precision)
            throws IOException {
        float[] query = randomVector(DIMENSIONS);
        FloatVectorValues vectors = segment.getFloatVectorValues("v");
        VectorScorer scorer = vectors.rescorer(query);
        NumericDocValues numbers = segment.getNumericDocValues("number");
        DocIdSetIterator docs = scorer.iterator();
        Set<Long> seen = new HashSet<>();
        for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
            assertEquals(doc, numbers.advance(doc));
            float[] expected = precision.round("v", written[(int) numbers.longValue()]);
            assertEquals(doc, vectors.ordToDoc(seen.size()));
            assertArrayEquals(expected, vectors.vectorValue(seen.size()), 0);
            assertEquals(EUCLIDEAN.compare(query, expected), scorer.score(), 1e-6);
            seen.add(numbers.longValue());
        }
        assertEquals(Arrays.stream(written).filter(v -> v != null).count(), seen.size());
        return seen.size();
    }

    public void testDocumentsDeletedBeforeTheFlushAreNotFound() throws IOException {
        float[][] vectors = vectors(2 * LARGE);
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, oneFlush(withGraphsFrom400()))) {
            Set<Integer> left = new HashSet<>();
            for (int i = 0; i < vectors.length; i++) {
                writer.addDocument(doc(Integer.toString(i), vectors[i]));
                left.add(i);
                if (random().nextInt(3) == 0) {
                    int gone = random().nextInt(i + 1);
                    writer.deleteDocuments(new Term("id", Integer.toString(gone)));
                    left.remove(gone);
                }
            }
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertEquals(left.size(), reader.numDocs());
                assertTrue(graph(only(reader), "v").size() >= left.size());
                int k = vectors.length;
                ScoreDoc[] hits = new IndexSearcher(reader)
                        .search(new KnnFloatVectorQuery("v", randomVector(DIMENSIONS), k), k)
                        .scoreDocs;
                for (ScoreDoc hit : hits) {
                    assertTrue(hit.doc + " is deleted", left.contains(hit.doc));
                }
                assertEquals(left.size(), hits.length);
            }
        }
    }

    public void testLargeSmallAndByteFieldsInOneSegment() throws IOException {
        try (Directory dir = newDirectory()) {
            try (IndexWriter writer = new IndexWriter(dir, oneFlush(withGraphsFrom400()))) {
                for (int i = 0; i < LARGE; i++) {
                    Document doc = doc(Integer.toString(i), randomVector(DIMENSIONS));
                    doc.add(new KnnFloatVectorField("large", new float[] {i, 1}, EUCLIDEAN));
                    doc.add(new KnnByteVectorField("bytes", new byte[] {(byte) (i / 4), (byte) (i % 4)}, EUCLIDEAN));
                    if (i % 4 == 1) {
                        doc.add(new KnnFloatVectorField("small", new float[] {1, 2, i}, EUCLIDEAN));
                    }
                    writer.addDocument(doc);
                }
            }
            TestUtil.checkIndex(dir);
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                assertEquals(LARGE, graph(only(reader), "v").size());
                assertEquals(LARGE, graph(only(reader), "large").size());
                assertEquals(0, graph(only(reader), "small").size());
                for (String field : List.of("v", "large", "small")) {
                    assertCentroid(only(reader), field);
                }
                float[] seventh = only(reader).getFloatVectorValues("small").vectorValue(7);
                assertArrayEquals(new float[] {1, 2, 29}, seventh, 0);
                IndexSearcher searcher = new IndexSearcher(reader);
                KnnByteVectorQuery query = new KnnByteVectorQuery("bytes", new byte[] {33, 2}, 50);
                assertEquals(4 * 33 + 2, searcher.search(query, 1).scoreDocs[0].doc);
            }
        }
    }

    /** Either all vectors of the field belong to rejected documents, or some do. */
    public void testRejectedDocumentsDoNotAffectOthers() throws IOException {
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, oneFlush(withGraphsFrom400()))) {
            int kept = random().nextBoolean() ? 0 : LARGE;
            for (int i = 0; i <= kept; i++) {
                assertRefused(writer, randomVector(DIMENSIONS));
                if (i < kept) {
                    writer.addDocument(doc(Integer.toString(i), randomVector(DIMENSIONS)));
                }
            }
            writer.addDocument(new Document());
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertEquals(kept + 1, reader.numDocs());
                TotalHits hits = new IndexSearcher(reader)
                        .search(new KnnFloatVectorQuery("v", randomVector(DIMENSIONS), 2 * LARGE), 1)
                        .totalHits;
                assertEquals(kept, hits.value());
            }
        }
    }

    private static void assertRefused(IndexWriter writer, float[] vector) {
        Document doc = doc("refused", vector);
        doc.add(new KnnFloatVectorField("v", vector, EUCLIDEAN));
        Exception e = expectThrows(IllegalArgumentException.class, () -> writer.addDocument(doc));
        assertEquals(
                "VectorValuesField \"v\" appears more than once in this document (only one value is allowed per field)",
                e.getMessage());
    }

    /** The caller may reuse the array once the document is added. */
    public void testVectorsAreCopied() throws IOException {
        float[] reused = new float[2];
        try (Directory dir = newDirectory();
                IndexWriter writer = new IndexWriter(dir, oneFlush(withGraphsFrom400()))) {
            int count = random().nextBoolean() ? 10 : LARGE;
            for (int i = 0; i < count; i++) {
                reused[0] = i;
                reused[1] = 1;
                writer.addDocument(doc(Integer.toString(i), reused));
            }
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                FloatVectorValues vectors = only(reader).getFloatVectorValues("v");
                for (int i = 0; i < count; i++) {
                    assertArrayEquals(new float[] {i, 1}, vectors.vectorValue(i), 0);
                }
            }
        }
    }
}
