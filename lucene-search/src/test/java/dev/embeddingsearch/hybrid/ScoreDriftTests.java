/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.vectors.EmbeddingVectorsFormat;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;

/** How far the score of one document moves with refreshes, merges and the number of shards, over 10,000 documents. */
public class ScoreDriftTests extends HybridTestCase {

    private static final int DOCUMENTS = 10_000;
    private static final int SHARDS = 4;
    private static final double MOST = 0.01;

    private List<String> texts;
    private List<float[]> vectors;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        dimensions = 64;
        Random random = new Random(42); // a limit on the greatest of 10,000 drifts holds for most corpora, not for all
        texts = IntStream.range(0, DOCUMENTS).mapToObj(i -> text(random)).toList();
        vectors = IntStream.range(0, DOCUMENTS).mapToObj(i -> vector(random)).toList();
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = 5 + random.nextInt(30); i > 0; i--) {
            text.append('w').append((int) Math.pow(300, random.nextDouble())).append(' ');
        }
        return text.toString();
    }

    private float[] vector(Random random) {
        float[] vector = new float[dimensions];
        double squares = 0;
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) random.nextGaussian() + 0.5f;
            squares += vector[i] * vector[i];
        }
        for (int i = 0; i < dimensions; i++) {
            vector[i] /= (float) Math.sqrt(squares);
        }
        return vector;
    }

    /** Writes every document {@code i} with {@code i % shards == shard}. */
    private Directory shard(int shard, int shards, int perRefresh, boolean merged) throws IOException {
        Directory shardDirectory = newDirectory();
        IndexWriterConfig config = new IndexWriterConfig()
                .setSimilarity(new BM25Similarity())
                .setCodec(TestUtil.alwaysKnnVectorsFormat(EmbeddingVectorsFormat.flat()));
        try (IndexWriter writer = new IndexWriter(shardDirectory, config)) {
            for (int i = shard; i < DOCUMENTS; i += shards) {
                Document document = new Document();
                document.add(new StringField("id", Integer.toString(i), Field.Store.YES));
                document.add(new TextField(TEXT, texts.get(i), Field.Store.NO));
                document.add(new KnnFloatVectorField(VECTOR, vectors.get(i), VectorSimilarityFunction.DOT_PRODUCT));
                writer.addDocument(document);
                if (i / shards % perRefresh == perRefresh - 1) {
                    writer.commit();
                }
            }
            if (merged) {
                writer.forceMerge(1);
            }
        }
        return shardDirectory;
    }

    private Map<String, Float> scoresById(Directory shardDirectory, KnnTarget leg, Query lexical) throws IOException {
        try (shardDirectory;
                DirectoryReader shardReader = DirectoryReader.open(shardDirectory)) {
            IndexSearcher shardSearcher = new IndexSearcher(shardReader);
            shardSearcher.setSimilarity(new BM25Similarity());
            KnnQuery.Options all = new KnnQuery.Options(DOCUMENTS, DOCUMENTS, -2, true);
            Query hybrid = new HybridQuery(lexical, new KnnQuery(leg, null, all), leg, 0.5);
            Map<String, Float> scores = new HashMap<>();
            for (ScoreDoc hit : shardSearcher.search(hybrid, DOCUMENTS).scoreDocs) {
                scores.put(shardReader.storedFields().document(hit.doc).get("id"), hit.score);
            }
            return scores;
        }
    }

    private static double drift(String what, Map<String, Float> from, Map<String, Float> to) {
        assertEquals(from.keySet(), to.keySet());
        double drift = from.entrySet().stream()
                .mapToDouble(entry -> Math.abs(entry.getValue() - to.get(entry.getKey())))
                .max()
                .orElseThrow();
        if (VERBOSE) {
            System.out.println("drift of " + what + ": " + drift);
        }
        return drift;
    }

    public void testScoresHoldStill() throws IOException {
        KnnTarget leg = new KnnTarget(VECTOR, vector(new Random(43)), VectorSimilarityFunction.DOT_PRODUCT, 0.1);
        Query lexical = disjunction(Map.of("w1", 1f, "w9", 2f, "w70", 1f));
        Map<String, Float> whole = scoresById(shard(0, 1, DOCUMENTS, true), leg, lexical);
        assertEquals(DOCUMENTS, whole.size());

        Map<String, Float> segments = scoresById(shard(0, 1, 500 + random().nextInt(2000), false), leg, lexical);
        assertEquals("refreshes and merges", 0, drift("refreshes", whole, segments), MOST);

        Map<String, Float> sharded = new HashMap<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            sharded.putAll(scoresById(shard(shard, SHARDS, DOCUMENTS, true), leg, lexical));
        }
        assertEquals("number of shards", 0, drift("shards", whole, sharded), MOST);
    }
}
