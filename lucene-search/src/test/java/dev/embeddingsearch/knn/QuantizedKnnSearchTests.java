/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import dev.embeddingsearch.hybrid.HybridTestCase;
import dev.embeddingsearch.vectors.EmbeddingVectorsFormat;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** The nearest by codes in a shard of several segments, some larger than others. */
public class QuantizedKnnSearchTests extends HybridTestCase {

    private static final int DIMENSIONS = 16;

    private KnnTarget leg;

    private static KnnVectorsFormat codes() {
        return QuantizedVectorsFormat.hnsw(
                random().nextBoolean() ? Quantization.INT8 : Quantization.INT4, DIMENSIONS, 16, 100);
    }

    private void index(KnnVectorsFormat format, int... segments) throws IOException {
        IndexWriterConfig config = new IndexWriterConfig()
                .setCodec(TestUtil.alwaysKnnVectorsFormat(format))
                .setMergePolicy(NoMergePolicy.INSTANCE);
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (int documents : segments) {
                for (int i = 0; i < documents; i++) {
                    Document document = new Document();
                    document.add(new StringField("part", Integer.toString(i % 10), Field.Store.NO));
                    if (i % 7 != 0) {
                        document.add(new KnnFloatVectorField(VECTOR, unit(), VectorSimilarityFunction.DOT_PRODUCT));
                    }
                    writer.addDocument(document);
                }
                writer.flush();
            }
            writer.deleteDocuments(new Term("part", "3"));
        }
        reader = DirectoryReader.open(directory);
        searcher = newSearcher(reader, false);
        leg = new KnnTarget(VECTOR, unit(), VectorSimilarityFunction.DOT_PRODUCT, 0);
    }

    private static float[] unit() {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) random().nextGaussian();
        }
        return VectorUtil.l2normalize(vector);
    }

    private QuantizedKnnSearch begin() throws IOException {
        return QuantizedKnnSearch.of(leg, searcher, 1 + random().nextInt(100));
    }

    private static Set<Integer> documents(ScoreDoc[] hits) {
        return Arrays.stream(hits).map(hit -> hit.doc).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The {@code most} documents with the best codes, each compared. */
    private Set<Integer> compared(int most) throws IOException {
        TreeSet<ScoreDoc> best = new TreeSet<>(BestFirst.ORDER);
        for (LeafReaderContext leaf : reader.leaves()) {
            RandomVectorScorer scorer = QuantizedVectorsFormat.estimator(leaf.reader(), VECTOR, leg.vector());
            for (int i = 0; i < scorer.maxOrd(); i++) {
                if (leaf.reader().getLiveDocs().get(scorer.ordToDoc(i))) {
                    best.add(new ScoreDoc(leaf.docBase + scorer.ordToDoc(i), scorer.score(i)));
                }
            }
        }
        return documents(best.stream().limit(most).toArray(ScoreDoc[]::new));
    }

    public void testFindsTheBestOfAllSegments() throws IOException {
        index(codes(), 3_000, 40 + random().nextInt(300), 30, 1_500);
        int common = 0;
        int all = 0;
        QuantizedKnnSearch search = begin();
        for (int wanted = 10; wanted < 500; wanted *= 2) {
            float least = search.search(wanted);
            ScoreDoc[] best = search.best(least, wanted);
            assertEquals(wanted, best.length);
            assertEquals(least, best[wanted - 1].score, 0);
            Set<Integer> expected = compared(wanted);
            all += expected.size();
            expected.retainAll(documents(best));
            common += expected.size();
        }
        assertTrue(common + " of " + all, common >= 0.95 * all);
    }

    public void testVectorsThatDifferAreTheBestWhereAllDo() throws IOException {
        index(codes(), 3_000, 500);
        QuantizedKnnSearch search = begin();
        int wanted = 1 + random().nextInt(100);
        ScoreDoc[] best = search.best(search.search(wanted), wanted);
        int fewer = 1 + random().nextInt(wanted);
        ScoreDoc[] distinct = search.distinct(fewer).stream()
                .map(QuantizedKnnSearch.SeenVector::first)
                .toArray(ScoreDoc[]::new);
        assertEquals(documents(Arrays.copyOf(best, fewer)), documents(distinct));
    }

    public void testGoingOnFindsWhatSeekingAsManyAtOnceFinds() throws IOException {
        index(codes(), 2_000, 900);
        QuantizedKnnSearch resumed = begin();
        resumed.search(1 + random().nextInt(50));
        int wanted = 50 + random().nextInt(300);
        float least = resumed.search(wanted);
        QuantizedKnnSearch other = begin();
        Set<Integer> atOnce = documents(other.best(other.search(wanted), wanted));
        atOnce.removeAll(documents(resumed.best(least, wanted)));
        assertTrue(atOnce.size() + " others", atOnce.size() <= wanted / 20);
    }

    public void testThoseOfASegmentAreInOrderAndTheSame() throws IOException {
        index(codes(), 800, 300);
        QuantizedKnnSearch search = begin();
        float least = search.search(100);
        Set<Integer> found = new TreeSet<>();
        for (LeafReaderContext leaf : reader.leaves()) {
            LeafHits there = search.atLeast(least, leaf);
            for (int i = 0; i < there.count(); i++) {
                assertTrue(i == 0 || there.documents()[i] > there.documents()[i - 1]);
                assertTrue(there.estimates()[i] >= least);
                assertTrue(Float.isNaN(there.scores()[i]));
                found.add(leaf.docBase + there.documents()[i]);
            }
        }
        assertEquals(documents(search.best(least, Integer.MAX_VALUE)), found);
    }

    public void testNothingLiesBehindAll() throws IOException {
        index(codes(), 200, 30);
        QuantizedKnnSearch search = begin();
        float least = search.search(1_000);
        assertEquals(Float.NEGATIVE_INFINITY, least, 0);
        assertEquals(compared(1_000), documents(search.best(least, 1_000)));
    }

    public void testNoneWhereASegmentHasNoCodes() throws IOException {
        index(EmbeddingVectorsFormat.hnsw(16, 100), 50);
        assertNull(begin());
    }

    public void testScorerOfASegmentIsReusedOnce() throws IOException {
        index(codes(), 200);
        KnnSearch search = new KnnSearch(new KnnQuery(leg, null, new KnnQuery.Options(10, 10, -2, false)), searcher);
        search.first();
        LeafReaderContext leaf = reader.leaves().get(0);
        RandomVectorScorer first = search.quantizedScorer(leaf);
        RandomVectorScorer second = search.quantizedScorer(leaf);
        assertNotSame(first, second);
        assertEquals(first.score(0), second.score(0), 0);
        QuantizedKnnSearch codes = begin();
        codes.search(10);
        assertNotNull(codes.end(leaf));
        assertNull("another caller has it", codes.end(leaf));
    }
}
