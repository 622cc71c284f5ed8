/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import dev.embeddingsearch.vectors.EmbeddingVectorsFormat;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.IntPoint;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;

/** Searches of quantised vectors in segments large enough for graphs, with and without filters. */
public class QuantizedRescoringTests extends LuceneTestCase {

    private static final String VECTOR = "vector";
    private static final String NUMBER = "number";
    private static final int DIMENSIONS = 64;
    private static final int DOCUMENTS = 3_000;
    private static final int K = 10;
    private static final int CANDIDATES = 100;
    private static final int RESCORED = 50;

    private final List<float[]> vectors = new ArrayList<>();
    private Directory directory;
    private DirectoryReader reader;
    private IndexSearcher searcher;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        directory = newDirectory();
    }

    @Override
    public void tearDown() throws Exception {
        reader.close();
        directory.close();
        super.tearDown();
    }

    /** Documents in this order, in one segment or several. */
    private void index(KnnVectorsFormat format, boolean oneSegment) throws IOException {
        IndexWriterConfig config = new IndexWriterConfig()
                .setMaxBufferedDocs(oneSegment ? DOCUMENTS + 1 : 700)
                .setRAMBufferSizeMB(IndexWriterConfig.DISABLE_AUTO_FLUSH)
                .setMergePolicy(oneSegment ? new LogDocMergePolicy() : NoMergePolicy.INSTANCE)
                .setCodec(TestUtil.alwaysKnnVectorsFormat(format));
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (int i = 0; i < vectors.size(); i++) {
                Document document = new Document();
                document.add(new IntPoint(NUMBER, i));
                document.add(new KnnFloatVectorField(VECTOR, vectors.get(i), VectorSimilarityFunction.DOT_PRODUCT));
                writer.addDocument(document);
            }
        }
        reader = DirectoryReader.open(directory);
        searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null);
    }

    private static float[] near(float[] centre) {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = centre[i] + (float) random().nextGaussian();
        }
        return VectorUtil.l2normalize(vector);
    }

    private static float[] centre() {
        float[] centre = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            centre[i] = (float) random().nextGaussian();
        }
        return centre;
    }

    private void addTopics() {
        List<float[]> centres = IntStream.range(0, 30).mapToObj(i -> centre()).toList();
        for (int i = 0; i < DOCUMENTS; i++) {
            vectors.add(near(centres.get(random().nextInt(centres.size()))));
        }
    }

    /** With fewer bits, segments would have to be larger for a graph: they are told that their vectors are long. */
    private static KnnVectorsFormat quantized(Quantization quantization) {
        return QuantizedVectorsFormat.hnsw(quantization, 16_384, 16, 100);
    }

    private static KnnResult search(IndexSearcher searcher, float[] query, Query filter, int rescored)
            throws IOException {
        KnnTarget leg = new KnnTarget(VECTOR, query, VectorSimilarityFunction.DOT_PRODUCT, 0);
        KnnQuery.Options options = new KnnQuery.Options(K, CANDIDATES, KnnQuery.Rescoring.fixed(rescored), -2, false);
        return new KnnSearch(new KnnQuery(leg, filter, options), searcher).first();
    }

    private List<Integer> exact(float[] query, int passing) {
        return IntStream.range(0, passing)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -VectorUtil.dotProduct(query, vectors.get(i))))
                .limit(K)
                .toList();
    }

    private static Set<Integer> documents(KnnResult nearest) {
        return Arrays.stream(nearest.byRank()).map(hit -> hit.doc).collect(Collectors.toSet());
    }

    public void testFiltersNeverLeaveFewerThanThereAre() throws IOException {
        addTopics();
        Quantization quantization = RandomPicks.randomFrom(random(), Quantization.values());
        KnnVectorsFormat format =
                quantization == Quantization.NONE ? EmbeddingVectorsFormat.hnsw(16, 100) : quantized(quantization);
        index(format, random().nextBoolean());
        for (int perMille : new int[] {500, 100, 10, 1}) {
            int passing = DOCUMENTS * perMille / 1_000;
            Query filter = IntPoint.newRangeQuery(NUMBER, 0, passing - 1);
            for (int round = 0; round < 10; round++) {
                float[] query = near(vectors.get(random().nextInt(DOCUMENTS)));
                KnnResult found = search(searcher, query, filter, RESCORED);
                assertEquals(Math.min(K, passing), found.byRank().length);
                assertTrue(Arrays.stream(found.byRank()).allMatch(hit -> hit.doc < passing));
                if (passing <= CANDIDATES) {
                    assertEquals(new HashSet<>(exact(query, passing)), documents(found));
                }
            }
        }
    }

    /** Its documents are few, and not told apart by a graph. */
    public void testAllCandidatesAreComparedExactlyWhereAFilterLeavesFew() throws IOException {
        addTopics();
        index(quantized(Quantization.BINARY), random().nextBoolean());
        int passing = CANDIDATES + 1 + random().nextInt(CANDIDATES);
        Query filter = IntPoint.newRangeQuery(NUMBER, 0, passing - 1);
        float[] query = near(vectors.get(random().nextInt(DOCUMENTS)));
        List<LeafHits> others =
                search(searcher, query, filter, RESCORED).extraCandidates().byLeaf();
        assertEquals(CANDIDATES - K, others.stream().mapToInt(LeafHits::count).sum());
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            LeafHits found = others.get(leaf.ord);
            for (int i = 0; i < found.count(); i++) {
                float[] vector = vectors.get(leaf.docBase + found.documents()[i]);
                assertEquals((1 + VectorUtil.dotProduct(query, vector)) / 2, found.scores()[i], 1e-6);
            }
        }
        long estimated = search(searcher, query, null, RESCORED).extraCandidates().byLeaf().stream()
                .mapToLong(QuantizedRescoringTests::estimated)
                .sum();
        assertEquals(CANDIDATES - RESCORED, estimated);
    }

    private static long estimated(LeafHits found) {
        return IntStream.range(0, found.count())
                .filter(i -> Float.isNaN(found.scores()[i]))
                .count();
    }

    public void testTheBestCandidatesAreRankedByTheirExactVectors() throws IOException {
        addTopics();
        index(quantized(Quantization.BINARY), random().nextBoolean());
        long few = 0;
        long many = 0;
        for (int round = 0; round < 50; round++) {
            float[] query = near(vectors.get(random().nextInt(DOCUMENTS)));
            Set<Integer> exact = new HashSet<>(exact(query, DOCUMENTS));
            KnnResult found = search(searcher, query, null, CANDIDATES);
            for (ScoreDoc hit : found.byRank()) {
                assertEquals((1 + VectorUtil.dotProduct(query, vectors.get(hit.doc))) / 2, hit.score, 1e-6);
            }
            for (int i = 1; i < K; i++) {
                assertTrue(found.byRank()[i - 1].score >= found.byRank()[i].score);
            }
            many += overlap(exact, found);
            few += overlap(exact, search(searcher, query, null, K));
        }
        assertTrue("codes alone found " + few + " of 500, with exact vectors " + many, many > few);
    }

    private static long overlap(Set<Integer> exact, KnnResult found) {
        return documents(found).stream().filter(exact::contains).count();
    }

    /** Pruning trusts the bound: what codes overlook must seldom lie above it. */
    public void testBoundOfTheOthersAllowsForWhatCodesOverlook() throws IOException {
        addTopics();
        index(quantized(Quantization.BINARY), random().nextBoolean());
        int aboveLast = 0;
        int aboveBound = 0;
        for (int round = 0; round < 50; round++) {
            float[] query = near(vectors.get(random().nextInt(DOCUMENTS)));
            KnnResult found = search(searcher, query, null, RESCORED);
            Set<Integer> documents = documents(found);
            double last = 2 * found.byRank()[K - 1].score - 1;
            double likely = found.unseen().likely();
            assertTrue(likely >= last - 1e-6);
            assertEquals(Double.POSITIVE_INFINITY, found.unseen().certain(), 0);
            for (int i = 0; i < DOCUMENTS; i++) {
                double cosine = VectorUtil.dotProduct(query, vectors.get(i));
                if (!documents.contains(i)) {
                    aboveLast += cosine > last + 1e-5 ? 1 : 0;
                    aboveBound += cosine > likely + 1e-5 ? 1 : 0;
                }
            }
        }
        assertTrue(aboveLast + " above the last, " + aboveBound + " above the bound", 4 * aboveBound <= aboveLast);
    }
}
