/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.util.TestUtil;

/**
 * Indices that release 0.1 wrote, one for each format: documents 0 to 799 without 7, which is deleted, in two segments,
 * the first of which has a graph.
 */
public class UpgradeTests extends VectorsTestCase {
    private static final int DOCUMENTS = 799;

    public void testExactVectorsOfFirstVersion() throws IOException {
        opensAndMerges("index.EmbeddingSearch100.zip", false, VectorPrecision.FLOAT32);
    }

    public void testQuantizedVectorsOfFirstVersion() throws IOException {
        opensAndMerges("index.EmbeddingSearchQuantized100.zip", true, VectorPrecision.FLOAT32);
    }

    public void testVectorsInHalfPrecisionOfFirstVersion() throws IOException {
        opensAndMerges("index.EmbeddingSearchHalf100.zip", true, VectorPrecision.FLOAT16);
    }

    /** Documents 0 to 599, each with the vector of its number modulo 60, all of which are nodes of graphs. */
    public void testDuplicatesOfFirstVersion() throws IOException {
        try (Directory dir = unpack("index.copies.EmbeddingSearch100.zip")) {
            TestUtil.checkIndex(dir);
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                assertEquals(400, graph(reader.leaves().get(0).reader(), "v").size());
                assertEquals(200, graph(reader.leaves().get(1).reader(), "v").size());
                assertEquals(
                        50,
                        new IndexSearcher(reader)
                                .search(new KnnFloatVectorQuery("v", vector(7), 50), 50)
                                .scoreDocs
                                .length);
            }
            try (IndexWriter writer = new IndexWriter(dir, config(new EmbeddingVectorsFormat(8, 50, 0)))) {
                writer.forceMerge(1);
            }
            TestUtil.checkIndex(dir);
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                assertEquals(
                        60,
                        EmbeddingVectorsReader.find(only(reader), "v")
                                .nodes("v")
                                .size());
                for (int id = 0; id < 60; id++) {
                    Set<Long> found = nearest(new IndexSearcher(reader), id);
                    for (long copy = id; copy < 600; copy += 60) {
                        assertTrue("document " + copy + " of " + found, found.contains(copy));
                    }
                }
            }
        }
    }

    private static void opensAndMerges(String archive, boolean quantized, VectorPrecision precision)
            throws IOException {
        try (Directory dir = unpack(archive)) {
            TestUtil.checkIndex(dir);
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                assertEquals(2, reader.leaves().size());
                assertEquals(
                        quantized,
                        QuantizedVectorsFormat.estimates(reader.leaves().get(0).reader(), "v"));
                assertEquals(
                        750,
                        EmbeddingVectorsReader.find(reader.leaves().get(0).reader(), "v")
                                .getGraph("v")
                                .size());
                assertHoldsAll(reader, precision);
                assertFindsAll(reader);
            }
            KnnVectorsFormat format = anyVariant();
            try (IndexWriter writer = new IndexWriter(dir, config(format))) {
                writer.forceMerge(1);
            }
            TestUtil.checkIndex(dir);
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                assertEquals(
                        format instanceof QuantizedVectorsFormat, QuantizedVectorsFormat.estimates(only(reader), "v"));
                assertHoldsAll(reader, precision);
            }
        }
    }

    /** The index of a test resource. */
    public static Directory unpack(String archive) throws IOException {
        Directory dir = new ByteBuffersDirectory();
        try (InputStream in = UpgradeTests.class.getResourceAsStream("/" + archive);
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                byte[] bytes = zip.readAllBytes();
                try (IndexOutput out = dir.createOutput(entry.getName(), IOContext.DEFAULT)) {
                    out.writeBytes(bytes, bytes.length);
                }
            }
        }
        return dir;
    }

    private static void assertHoldsAll(DirectoryReader reader, VectorPrecision precision) throws IOException {
        assertEquals(DOCUMENTS, reader.numDocs());
        for (LeafReaderContext leaf : reader.leaves()) {
            assertCentroid(leaf.reader(), "v");
            assertVectors(leaf.reader(), precision);
        }
    }

    private static void assertFindsAll(DirectoryReader reader) throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        for (int id = 10; id < DOCUMENTS; id += 100) {
            assertTrue(
                    "document " + id + " is not among those nearest to its vector",
                    nearest(searcher, id).contains((long) id));
        }
    }

    private static Set<Long> nearest(IndexSearcher searcher, int id) throws IOException {
        Set<Long> ids = new HashSet<>();
        for (ScoreDoc hit : searcher.search(new KnnFloatVectorQuery("v", vector(id), 50), 50).scoreDocs) {
            LeafReaderContext leaf = searcher.getIndexReader()
                    .leaves()
                    .get(ReaderUtil.subIndex(hit.doc, searcher.getIndexReader().leaves()));
            NumericDocValues numbers = leaf.reader().getNumericDocValues("number");
            assertTrue(numbers.advanceExact(hit.doc - leaf.docBase));
            ids.add(numbers.longValue());
        }
        return ids;
    }

    private static void assertVectors(LeafReader reader, VectorPrecision precision) throws IOException {
        FloatVectorValues vectors = reader.getFloatVectorValues("v");
        NumericDocValues ids = reader.getNumericDocValues("number");
        DocIndexIterator docs = vectors.iterator();
        for (int doc = 0; doc < reader.maxDoc(); doc++) {
            assertEquals(doc, docs.nextDoc());
            assertEquals(doc, ids.nextDoc());
            float[] stored = precision.round("v", vector((int) ids.longValue()));
            assertArrayEquals(stored, vectors.vectorValue(docs.index()), 0);
        }
    }

    /** The vector of a document in all these indices. */
    static float[] vector(int id) {
        float[] vector = new float[8];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) Math.round(1000 * Math.sin(1 + id * 12.9898 + i * 78.233)) / 1000;
        }
        return vector;
    }
}
