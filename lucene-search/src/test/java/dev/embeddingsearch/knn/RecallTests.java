/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import dev.embeddingsearch.knn.KnnQuery.Rescoring;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;

/** Searches that compare candidates exactly until a recall is expected, where one bit a dimension tells little. */
public class RecallTests extends LuceneTestCase {

    private static final String VECTOR = "vector";
    private static final int DIMENSIONS = 64;
    private static final int CLUSTERS = 4;
    private static final int DOCUMENTS = 4_000;
    private static final int QUESTIONS = 60;
    private static final int CANDIDATES = 100;
    private static final double RECALL = 0.99;

    private Directory directory;
    private DirectoryReader reader;
    private IndexSearcher searcher;
    private float[][] centres;
    private float[][] vectors;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        centres = IntStream.range(0, CLUSTERS).mapToObj(i -> gaussian()).toArray(float[][]::new);
        vectors = IntStream.range(0, DOCUMENTS)
                .mapToObj(i -> ofCluster(i % CLUSTERS))
                .toArray(float[][]::new);
        directory = newDirectory();
        IndexWriterConfig config = new IndexWriterConfig()
                .setCodec(TestUtil.alwaysKnnVectorsFormat(
                        QuantizedVectorsFormat.hnsw(Quantization.BINARY, 16_384, 16, 100)));
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (float[] vector : vectors) {
                Document document = new Document();
                document.add(new KnnFloatVectorField(VECTOR, vector, VectorSimilarityFunction.DOT_PRODUCT));
                writer.addDocument(document);
            }
            writer.forceMerge(1);
        }
        reader = DirectoryReader.open(directory);
        searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null);
    }

    @Override
    public void tearDown() throws Exception {
        reader.close();
        directory.close();
        super.tearDown();
    }

    private static float[] gaussian() {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) random().nextGaussian();
        }
        return vector;
    }

    private float[] ofCluster(int cluster) {
        float[] vector = gaussian();
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = centres[cluster][i] + 0.9f * vector[i];
        }
        return VectorUtil.l2normalize(vector);
    }

    private Set<Integer> nearest(float[] question, int k) {
        return IntStream.range(0, DOCUMENTS)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -VectorUtil.dotProduct(question, vectors[i])))
                .limit(k)
                .collect(Collectors.toSet());
    }

    private static int compared(KnnResult found) {
        int behind = found.extraCandidates().byLeaf().stream()
                .flatMapToInt(leaf -> IntStream.range(0, leaf.count()).filter(i -> !Float.isNaN(leaf.scores()[i])))
                .map(i -> 1)
                .sum();
        return found.byRank().length + behind;
    }

    private KnnResult search(float[] question, int k, Query filter, Rescoring rescoring) throws IOException {
        KnnTarget target = new KnnTarget(VECTOR, question, VectorSimilarityFunction.DOT_PRODUCT, 0);
        int candidates = Math.max(CANDIDATES, 2 * k);
        KnnQuery.Options options = new KnnQuery.Options(k, candidates, rescoring, -2, false);
        return new KnnSearch(new KnnQuery(target, filter, options), searcher).first();
    }

    private double recall(List<float[]> questions, int k, Query filter, Rescoring rescoring) throws IOException {
        double found = 0;
        for (float[] question : questions) {
            Set<Integer> nearest = nearest(question, k);
            found += Arrays.stream(search(question, k, filter, rescoring).byRank())
                    .filter(hit -> nearest.contains(hit.doc))
                    .count();
        }
        return found / (k * questions.size());
    }

    private List<float[]> questions() {
        return IntStream.range(0, QUESTIONS)
                .mapToObj(i -> ofCluster(i % CLUSTERS))
                .toList();
    }

    public void testComparesUntilTheRecallIsExpected() throws IOException {
        List<float[]> questions = questions();
        Query filter = random().nextBoolean() ? null : new FieldExistsQuery(VECTOR);
        for (int k : new int[] {1, 10, 100}) {
            double fixed = recall(questions, k, filter, Rescoring.fixed(k));
            double asked = recall(questions, k, filter, new Rescoring(k, DOCUMENTS, RECALL));
            String figures = "k " + k + ": " + fixed + " with a fixed number, " + asked + " with recall";
            assertTrue(figures, fixed < 0.8);
            assertTrue(figures, asked > 0.9);
        }
    }

    public void testAFixedNumberIsCompared() throws IOException {
        int k = 1 + random().nextInt(20);
        int fixed = k + random().nextInt(CANDIDATES - k);
        for (float[] question : questions()) {
            assertEquals(fixed, compared(search(question, k, null, Rescoring.fixed(fixed))));
        }
    }

    public void testNoMoreAreComparedThanAllowed() throws IOException {
        int most = CANDIDATES + random().nextInt(CANDIDATES);
        for (float[] question : questions()) {
            int compared = compared(search(question, 10, null, new Rescoring(10, most, 0.9999)));
            assertTrue(compared + " of at most " + most, compared <= most);
        }
    }

    /** A document is looked for that is nearer than all others, by far. */
    public void testNoMoreThanTheFirstAreComparedWhereEstimatesSuffice() throws IOException {
        int first = QuantizationError.ENOUGH + random().nextInt(20);
        KnnResult found = search(vectors[0], 1, null, new Rescoring(first, DOCUMENTS, RECALL));
        assertEquals(0, found.byRank()[0].doc);
        assertEquals(first, compared(found));
    }

    public void testRecallOfOneIsRefused() {
        IllegalArgumentException refused = expectThrows(IllegalArgumentException.class, () -> new Rescoring(1, 1, 1));
        assertEquals("expected a [recall] of 0 to 1, 1 excluded, got [1.0]", refused.getMessage());
        refused = expectThrows(IllegalArgumentException.class, () -> new Rescoring(2, 1, 0.9));
        assertEquals("expected [most] >= [first], got [1] and [2]", refused.getMessage());
    }
}
