/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import dev.embeddingsearch.vectors.EmbeddingVectorsFormat;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;

/** Searches among documents many of which share a vector find the nearest as they do where all vectors differ. */
public class CopiesSearchTests extends LuceneTestCase {

    private static final String VECTOR = "vector";
    private static final int DIMENSIONS = 128;
    private static final int TOPIC = 10;
    private static final int K = 10;
    private static final int CANDIDATES = 100;
    private static final int QUERIES = 40;
    private static final float ROUNDING = 1e-3f;

    private static float[] near(float[] centre, float distance) {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = centre[i] + distance * (float) random().nextGaussian();
        }
        return VectorUtil.l2normalize(vector);
    }

    /** Ten of each topic, one of which {@code copies} documents have in {@code copied} topics. */
    private static List<float[]> vectors(int topics, int copied, int copies) {
        List<float[]> vectors = new ArrayList<>();
        for (int topic = 0; topic < topics; topic++) {
            float[] centre = near(new float[DIMENSIONS], 1);
            for (int i = 0; i < TOPIC; i++) {
                boolean many = i == 0 && topic < copied;
                vectors.addAll(Collections.nCopies(many ? copies : 1, near(centre, .02f)));
            }
        }
        Collections.shuffle(vectors, random());
        return vectors;
    }

    private static KnnVectorsFormat format(Quantization quantization) {
        return quantization == Quantization.NONE
                ? EmbeddingVectorsFormat.hnsw(16, 100)
                : QuantizedVectorsFormat.hnsw(quantization, 16_384, 16, 100)
                        .withPrecision(random().nextBoolean() ? VectorPrecision.FLOAT16 : VectorPrecision.FLOAT32);
    }

    private static void assertFound(Quantization quantization, List<float[]> vectors) throws IOException {
        try (Directory directory = newDirectory()) {
            IndexWriterConfig config =
                    new IndexWriterConfig().setCodec(TestUtil.alwaysKnnVectorsFormat(format(quantization)));
            boolean merged = random().nextBoolean();
            try (IndexWriter writer = new IndexWriter(directory, config)) {
                for (int i = 0; i < vectors.size(); i++) {
                    Document document = new Document();
                    document.add(new KnnFloatVectorField(VECTOR, vectors.get(i), VectorSimilarityFunction.DOT_PRODUCT));
                    writer.addDocument(document);
                    if (merged && i % (vectors.size() / 3) == 0) {
                        writer.flush();
                    }
                }
                writer.forceMerge(1);
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                double recall = recall(reader, quantization, vectors);
                assertTrue(quantization + ": " + recall, recall >= .98);
            }
        }
    }

    private static double recall(DirectoryReader reader, Quantization quantization, List<float[]> vectors)
            throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        FloatVectorValues stored = getOnlyLeafReader(reader).getFloatVectorValues(VECTOR);
        int found = 0;
        for (int i = 0; i < QUERIES; i++) {
            float[] query = near(vectors.get(random().nextInt(vectors.size())), .01f);
            float[] similarities = new float[vectors.size()];
            for (int j = 0; j < similarities.length; j++) {
                similarities[j] = VectorUtil.dotProduct(query, vectors.get(j));
            }
            Arrays.sort(similarities);
            float least = similarities[similarities.length - K] - ROUNDING;
            KnnTarget leg = new KnnTarget(VECTOR, query, VectorSimilarityFunction.DOT_PRODUCT, 0);
            KnnQuery.Options options =
                    new KnnQuery.Options(K, CANDIDATES, KnnQuery.Rescoring.fixed(quantization.rescored(K)), -2, false);
            ScoreDoc[] hits = new KnnSearch(new KnnQuery(leg, null, options), searcher)
                    .first()
                    .byRank();
            assertEquals(K, hits.length);
            assertEquals(
                    K, Arrays.stream(hits).mapToInt(hit -> hit.doc).distinct().count());
            for (ScoreDoc hit : hits) {
                found += VectorUtil.dotProduct(query, stored.vectorValue(hit.doc)) >= least ? 1 : 0;
            }
        }
        return (double) found / QUERIES / K;
    }

    public void testOneTextInAllDocuments() throws IOException {
        for (Quantization quantization : Quantization.values()) {
            assertFound(quantization, Collections.nCopies(2_000, near(new float[DIMENSIONS], 1)));
        }
    }

    public void testFewTextsInAllDocuments() throws IOException {
        for (Quantization quantization : Quantization.values()) {
            List<float[]> vectors = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                vectors.addAll(Collections.nCopies(700, near(new float[DIMENSIONS], 1)));
            }
            assertFound(quantization, vectors);
        }
    }

    public void testManyTextsInManyDocumentsEachAmongOthers() throws IOException {
        for (Quantization quantization : Quantization.values()) {
            assertFound(quantization, vectors(120, 30, 80));
        }
    }
}
