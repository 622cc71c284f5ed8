/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import java.io.IOException;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.store.NIOFSDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Prefetching changes no score, whether files are memory-mapped or not. */
public class PrefetchingQuantizedScorerTests extends LuceneTestCase {

    private static final String FIELD = "vector";

    public void testBatchScoresEqualSingleScores() throws IOException {
        try (Directory mapped = new MMapDirectory(createTempDir());
                Directory mappedInParts = new MMapDirectory(createTempDir(), 1 << 12);
                Directory read = new NIOFSDirectory(createTempDir())) {
            for (Directory directory : new Directory[] {mapped, mappedInParts, read}) {
                assertScores(directory, 1 + random().nextInt(700));
            }
        }
    }

    private static void assertScores(Directory directory, int dimensions) throws IOException {
        Quantization bits = RandomPicks.randomFrom(
                random(), new Quantization[] {Quantization.BINARY, Quantization.INT4, Quantization.INT8});
        int documents = 1 + random().nextInt(300);
        index(directory, QuantizedVectorsFormat.hnsw(bits, dimensions, 16, 100), dimensions, documents);
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            LeafReader leaf = reader.leaves().get(0).reader();
            float[] target = vector(dimensions);
            RandomVectorScorer scorer = QuantizedVectorsFormat.estimator(leaf, FIELD, target);
            int[] nodes = random().ints(1 + random().nextInt(100), 0, documents).toArray();
            float[] scores = new float[nodes.length];
            float most = scorer.bulkScore(nodes, scores, nodes.length);
            VectorScorer single = leaf.getFloatVectorValues(FIELD).scorer(target);
            for (int i = 0; i < nodes.length; i++) {
                assertEquals(scorer.score(nodes[i]), scores[i], 0);
                assertTrue(scores[i] <= most);
            }
            for (int i = 0; i < documents; i++) {
                assertEquals(i, single.iterator().nextDoc());
                assertEquals(single.score(), scorer.score(i), 0);
            }
        }
    }

    private static void index(Directory directory, QuantizedVectorsFormat format, int dimensions, int documents)
            throws IOException {
        IndexWriterConfig config = new IndexWriterConfig()
                .setUseCompoundFile(random().nextBoolean())
                .setCodec(TestUtil.alwaysKnnVectorsFormat(format));
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (int i = 0; i < documents; i++) {
                Document document = new Document();
                document.add(new KnnFloatVectorField(FIELD, vector(dimensions), VectorSimilarityFunction.DOT_PRODUCT));
                writer.addDocument(document);
            }
            writer.forceMerge(1);
        }
    }

    private static float[] vector(int dimensions) {
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = 0.1f + (float) random().nextGaussian();
        }
        return VectorUtil.l2normalize(vector);
    }
}
