/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.knn.SearchCounters;
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
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;

/** A longer list of nearest documents, sought where it spares looking at most matches of a common word. */
public class CandidateExpansionTests extends LuceneTestCase {

    private static final String TEXT = "text";
    private static final String VECTOR = "vector";
    private static final int DIMENSIONS = 8;
    /** Enough for a graph of codes. */
    private static final int DOCUMENTS = 9_000;

    public void testAListTwiceAsLongAtLeast() {
        assertEquals(200, new CandidateExpansion(50_000, 100_000, 10).candidates(100, 1_000, 1_000, 1));
    }

    public void testSeveralMatchesForEachHit() {
        assertEquals(640, new CandidateExpansion(25_000, 100_000, 100).candidates(100, 1_000, 1_000, 1));
    }

    /** Twice as many candidates take 516 steps more, each as long as two comparisons, and are looked at themselves. */
    public void testNoneThatTakesLongerThanToCompareTheMatches() {
        assertEquals(200, new CandidateExpansion(1_232, 2_000, 1).candidates(100, 1_000, 1_000, 1));
        assertEquals(0, new CandidateExpansion(1_231, 2_000, 1).candidates(100, 1_000, 1_000, 1));
        assertEquals(0, new CandidateExpansion(1_232, 2_000, 1).candidates(100, 1_000, 1_000, 0.99));
    }

    public void testStepsThatAreNotGoneTwiceAreNotCountedTwice() {
        assertEquals(0, new CandidateExpansion(3_231, 4_000, 1).candidates(100, 1_000, 0, 1));
        assertEquals(200, new CandidateExpansion(3_232, 4_000, 1).candidates(100, 1_000, 0, 1));
    }

    public void testNoStepsWhereAllWereCompared() {
        assertEquals(200, new CandidateExpansion(201, 4_000, 1).candidates(100, 4_000, 4_000, 1));
        assertEquals(0, new CandidateExpansion(199, 4_000, 1).candidates(100, 4_000, 4_000, 1));
    }

    public void testNoneWhereNothingIsToBeFoundOrSpared() {
        assertEquals(0, new CandidateExpansion(0, 8_000, 10).candidates(100, 1_000, 0, 1));
        assertEquals(0, new CandidateExpansion(8_000, 8_000, 10).candidates(100, 0, 0, 1));
        assertEquals(0, new CandidateExpansion(8_000, 8_000, 10).candidates(100, 8_000, 8_000, 0));
    }

    public void testNoneAsLongAsAllDocuments() {
        assertEquals(0, new CandidateExpansion(200, 200, 1).candidates(100, 1, 1, 1));
        assertEquals(200, new CandidateExpansion(210, 210, 1).candidates(100, 1, 1, 1));
    }

    public void testTheBestHitsAreThoseOfScoringAllWithFewMatchesLookedAt() throws IOException {
        try (Directory directory = newDirectory()) {
            index(directory);
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                IndexSearcher searcher = new IndexSearcher(reader);
                searcher.setQueryCache(null);
                int same = 0;
                long lookedAt = 0;
                for (int round = 0; round < 30; round++) {
                    Compared compared = compare(searcher, 60 + random().nextInt(40));
                    same += compared.same() ? 1 : 0;
                    lookedAt += compared.lookedAt();
                }
                assertTrue(same + " of 30 searches found the same", same >= 29);
                assertTrue(lookedAt + " matches looked at", lookedAt < 30L * reader.numDocs() / 2);
            }
        }
    }

    /** The word in each document, as often as chance will have it; some deleted. */
    private static void index(Directory directory) throws IOException {
        KnnVectorsFormat format = random().nextBoolean()
                ? EmbeddingVectorsFormat.hnsw(16, 100)
                : QuantizedVectorsFormat.hnsw(Quantization.INT8, DIMENSIONS, 16, 100);
        IndexWriterConfig config = new IndexWriterConfig().setCodec(TestUtil.alwaysKnnVectorsFormat(format));
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (int i = 0; i < DOCUMENTS; i++) {
                Document document = new Document();
                document.add(new TextField(TEXT, "word ".repeat(1 + random().nextInt(3)), Field.Store.NO));
                document.add(new TextField("rest", i % 10 == 0 ? "gone" : "", Field.Store.NO));
                document.add(new KnnFloatVectorField(VECTOR, vector(), VectorSimilarityFunction.DOT_PRODUCT));
                writer.addDocument(document);
            }
            writer.forceMerge(1);
            writer.deleteDocuments(new Term("rest", "gone"));
        }
    }

    private static float[] vector() {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) random().nextGaussian();
        }
        return VectorUtil.l2normalize(vector);
    }

    /**
     * @param same whether the same hits were found with the same scores
     * @param lookedAt at how many lexical matches
     */
    private record Compared(boolean same, long lookedAt) {}

    private static Compared compare(IndexSearcher searcher, int size) throws IOException {
        KnnTarget leg = new KnnTarget(VECTOR, vector(), VectorSimilarityFunction.DOT_PRODUCT, 0);
        KnnQuery nearest = new KnnQuery(leg, null, new KnnQuery.Options(10, 30, -2, false));
        HybridQuery hybrid = new HybridQuery(new TermQuery(new Term(TEXT, "word")), nearest, leg, 0.7);
        HybridQuery best = (HybridQuery) searcher.rewrite(hybrid.forBest(size));
        TopDocs expected = searcher.search(hybrid, new TopScoreDocCollectorManager(size, null, Integer.MAX_VALUE));
        TopDocs actual = searcher.search(best, new TopScoreDocCollectorManager(size, null, 1));
        boolean same = true;
        for (int i = 0; i < size; i++) {
            same &= expected.scoreDocs[i].doc == actual.scoreDocs[i].doc
                    && Math.abs(expected.scoreDocs[i].score - actual.scoreDocs[i].score) < 1e-6;
        }
        return new Compared(same, best.work().get(SearchCounters.Count.LEXICAL_DOCUMENTS_SCORED));
    }
}
