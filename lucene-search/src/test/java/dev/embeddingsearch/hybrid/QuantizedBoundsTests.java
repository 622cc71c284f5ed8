/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnSearch;
import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.knn.SearchCounters;
import dev.embeddingsearch.knn.SearchScope;
import dev.embeddingsearch.vectors.EmbeddingVectorsFormat;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;

/** Codes rule documents out, and hardly ever one that belongs among the best. */
public class QuantizedBoundsTests extends LuceneTestCase {

    private static final String TEXT = "text";
    private static final String VECTOR = "vector";
    private static final int DIMENSIONS = 128;
    private static final int DOCUMENTS = 3_000;

    private Directory directory;
    private DirectoryReader reader;
    private IndexSearcher searcher;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        directory = random().nextBoolean() ? newDirectory() : new MMapDirectory(createTempDir());
    }

    @Override
    public void tearDown() throws Exception {
        reader.close();
        directory.close();
        super.tearDown();
    }

    /** In one segment; every third document has the word, and all but every seventh a vector. */
    private void index(KnnVectorsFormat format) throws IOException {
        IndexWriterConfig config = new IndexWriterConfig().setCodec(TestUtil.alwaysKnnVectorsFormat(format));
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (int i = 0; i < DOCUMENTS; i++) {
                Document document = new Document();
                String words = "word ".repeat(i % 3 == 0 ? 1 + random().nextInt(3) : 0);
                document.add(new TextField(TEXT, words + "x ".repeat(1 + random().nextInt(9)), Field.Store.NO));
                if (i % 7 != 0) {
                    document.add(new KnnFloatVectorField(VECTOR, vector(), VectorSimilarityFunction.DOT_PRODUCT));
                }
                writer.addDocument(document);
            }
            writer.forceMerge(1);
        }
        reader = DirectoryReader.open(directory);
        searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null);
    }

    private static float[] vector() {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) random().nextGaussian() + (i == 0 ? 5 : 0);
        }
        return VectorUtil.l2normalize(vector);
    }

    private static KnnVectorsFormat quantized() {
        Quantization bits = RandomPicks.randomFrom(
                random(), new Quantization[] {Quantization.BINARY, Quantization.INT4, Quantization.INT8});
        return QuantizedVectorsFormat.hnsw(bits, DIMENSIONS, 16, 100);
    }

    private static KnnTarget leg() {
        return new KnnTarget(VECTOR, vector(), VectorSimilarityFunction.DOT_PRODUCT, 0);
    }

    private static KnnQuery nearest(KnnTarget leg) {
        return new KnnQuery(leg, null, new KnnQuery.Options(50, 100, -2, false));
    }

    public void testHardlyADocumentScoresMoreThanItsCodeSays() throws IOException {
        index(quantized());
        int above = 0;
        for (int round = 0; round < 20; round++) {
            KnnTarget leg = leg();
            double error =
                    new KnnSearch(nearest(leg), searcher).first().unseen().error();
            assertTrue("error " + error, error > 0 && error < 1);
            LeafReaderContext leaf = reader.leaves().get(0);
            SearchCounters.Part work = new SearchCounters().part();
            Calibration calibration = Calibration.of(leg, SearchScope.Restriction.NONE, searcher);
            QuantizedBounds estimated =
                    new QuantizedBounds(leaf, KnnSearch.none(leg, searcher), leg, calibration, error, work);
            LeafVectors exact = new LeafVectors(leaf.reader(), leg, calibration, work);
            int next = 0;
            while (next < DOCUMENTS) {
                int[] batch = new int[1 + random().nextInt(64)];
                int count = 0;
                while (count < batch.length && next < DOCUMENTS) {
                    batch[count++] = next;
                    next += 1 + random().nextInt(3);
                }
                double[] bounds = estimated.upperOf(batch, count);
                for (int i = 0; i < count; i++) {
                    above += exact.score(batch[i]) > bounds[i] ? 1 : 0;
                    assertTrue(batch[i] % 7 != 0 || bounds[i] == 0 || bounds[i] == 1);
                }
            }
        }
        assertTrue(above + " of 30,000", above <= 30);
    }

    public void testTheFirstOnesAreNotWorthQuantisingTheQuery() throws IOException {
        index(quantized());
        KnnTarget leg = leg();
        SearchCounters work = new SearchCounters();
        LeafReaderContext leaf = reader.leaves().get(0);
        QuantizedBounds estimated = new QuantizedBounds(
                leaf,
                KnnSearch.none(leg, searcher),
                leg,
                Calibration.of(leg, SearchScope.Restriction.NONE, searcher),
                0.01,
                work.part());
        for (int i = 0; i < QuantizedBounds.WORTHWHILE; i++) {
            assertEquals(1, estimated.upperOf(i), 0);
        }
        assertEquals(0, work.get(SearchCounters.Count.ESTIMATED_SIMILARITIES));
        assertTrue(estimated.upperOf(QuantizedBounds.WORTHWHILE) < 1);
        assertEquals(1, work.get(SearchCounters.Count.ESTIMATED_SIMILARITIES));
    }

    public void testNothingIsSaidWithoutCodesOrWhereTheirErrorIsUnknown() throws IOException {
        boolean codes = random().nextBoolean();
        index(codes ? quantized() : EmbeddingVectorsFormat.hnsw(16, 100));
        KnnTarget leg = leg();
        double error = codes ? Double.POSITIVE_INFINITY : 0.01;
        LeafReaderContext leaf = reader.leaves().get(0);
        QuantizedBounds estimated = new QuantizedBounds(
                leaf,
                KnnSearch.none(leg, searcher),
                leg,
                Calibration.of(leg, SearchScope.Restriction.NONE, searcher),
                error,
                new SearchCounters().part());
        for (int doc = 0; doc < DOCUMENTS; doc++) {
            assertEquals(1, estimated.upperOf(doc), 0);
        }
    }

    public void testTheBestHitsAreThoseOfScoringAllWithFewVectorsRead() throws IOException {
        index(quantized());
        int same = 0;
        for (int round = 0; round < 50; round++) {
            KnnTarget leg = leg();
            HybridQuery hybrid = new HybridQuery(new TermQuery(new Term(TEXT, "word")), nearest(leg), leg, 0.7);
            int size = 1 + random().nextInt(60);
            HybridQuery complete = (HybridQuery) searcher.rewrite(hybrid);
            HybridQuery best = (HybridQuery) searcher.rewrite(hybrid.forBest(size));
            ScoreDoc[] expected = top(complete, size).scoreDocs;
            ScoreDoc[] actual = top(best, size).scoreDocs;
            boolean equal = true;
            for (int i = 0; i < size; i++) {
                equal &= expected[i].doc == actual[i].doc && Math.abs(expected[i].score - actual[i].score) < 1e-6;
            }
            same += equal ? 1 : 0;
            long all = complete.work().get(SearchCounters.Count.EXACT_SIMILARITIES);
            long read = best.work().get(SearchCounters.Count.EXACT_SIMILARITIES);
            assertTrue(read + " of " + all, read < all);
        }
        assertTrue(same + " of 50 searches found the same", same >= 49);
    }

    private TopDocs top(HybridQuery query, int size) throws IOException {
        return searcher.search(query, new TopScoreDocCollectorManager(size, null, Integer.MAX_VALUE));
    }
}
