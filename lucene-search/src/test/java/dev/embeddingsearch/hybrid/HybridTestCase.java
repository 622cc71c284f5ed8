/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.vectors.Centroid;
import dev.embeddingsearch.vectors.EmbeddingVectorsFormat;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.analysis.MockAnalyzer;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Random indices of texts and vectors, some documents lacking one or both, some deleted, in several segments. */
public abstract class HybridTestCase extends LuceneTestCase {

    protected static final String TEXT = "text";
    protected static final String VECTOR = "vector";
    protected static final String GROUP = "group";
    protected static final int VOCABULARY = 15;

    protected Directory directory;
    protected DirectoryReader reader;
    protected IndexSearcher searcher;
    protected int dimensions;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        directory = newDirectory();
        dimensions = 2 + random().nextInt(30);
    }

    @Override
    public void tearDown() throws Exception {
        if (reader != null) {
            reader.close();
        }
        directory.close();
        super.tearDown();
    }

    protected void index(int documents) throws IOException {
        index(documents, false);
    }

    protected void index(int documents, boolean oneSegment) throws IOException {
        IndexWriterConfig config = newIndexWriterConfig(new MockAnalyzer(random()))
                .setSimilarity(new BM25Similarity())
                .setCodec(TestUtil.alwaysKnnVectorsFormat(format()));
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (int i = 0; i < documents; i++) {
                writer.addDocument(document(i));
                if (random().nextInt(20) == 0) {
                    writer.commit();
                }
            }
            for (int i = 0; i < documents / 10; i++) {
                writer.deleteDocuments(new Term("id", Integer.toString(random().nextInt(documents))));
            }
            if (oneSegment) {
                writer.forceMerge(1);
            }
            writer.commit();
        }
        reader = DirectoryReader.open(directory);
        searcher = newSearcher(reader);
        searcher.setSimilarity(new BM25Similarity());
    }

    /** Any of ours: documents are so few that all candidates are compared exactly, and results the same. */
    protected KnnVectorsFormat format() {
        Quantization quantization = RandomPicks.randomFrom(random(), Quantization.values());
        if (quantization == Quantization.NONE) {
            return random().nextBoolean() ? EmbeddingVectorsFormat.hnsw(8, 40) : EmbeddingVectorsFormat.flat();
        }
        return random().nextBoolean()
                ? QuantizedVectorsFormat.hnsw(quantization, dimensions, 8, 40)
                : QuantizedVectorsFormat.flat(quantization);
    }

    private Document document(int id) {
        Document document = new Document();
        document.add(new StringField("id", Integer.toString(id), Field.Store.YES));
        document.add(new StringField(GROUP, Integer.toString(random().nextInt(3)), Field.Store.NO));
        if (random().nextInt(10) > 0) {
            document.add(new TextField(TEXT, words(1 + random().nextInt(12)), Field.Store.NO));
        }
        if (random().nextInt(10) > 0) {
            document.add(new KnnFloatVectorField(VECTOR, unitVector(), VectorSimilarityFunction.DOT_PRODUCT));
        }
        return document;
    }

    private static String words(int count) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < count; i++) {
            words.append(word()).append(' ');
        }
        return words.toString();
    }

    /** Small numbers are frequent words, the largest one stands in no document. */
    protected static String word() {
        return "w" + (int) (VOCABULARY * random().nextDouble() * random().nextDouble());
    }

    protected float[] unitVector() {
        float[] vector = new float[dimensions];
        double squares = 0;
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) random().nextGaussian() + 0.5f;
            squares += vector[i] * vector[i];
        }
        for (int i = 0; i < dimensions; i++) {
            vector[i] /= (float) Math.sqrt(squares);
        }
        return vector;
    }

    protected KnnTarget leg() {
        return new KnnTarget(VECTOR, unitVector(), VectorSimilarityFunction.DOT_PRODUCT, random().nextDouble() - 0.2);
    }

    /** Terms with boosts that are OR-ed, one of which may stand in no document. */
    protected static Map<String, Float> terms() {
        Map<String, Float> terms = new HashMap<>();
        for (int i = 0; i <= random().nextInt(4); i++) {
            terms.put(random().nextInt(5) == 0 ? "absent" + i : word(), 0.5f + random().nextInt(4));
        }
        return terms;
    }

    protected static Query disjunction(Map<String, Float> terms) {
        BooleanQuery.Builder builder = new BooleanQuery.Builder();
        terms.forEach((word, boost) ->
                builder.add(new BoostQuery(new TermQuery(new Term(TEXT, word)), boost), Occur.SHOULD));
        return builder.build();
    }

    protected Map<Integer, Float> scores(Query query) throws IOException {
        Map<Integer, Float> scores = new HashMap<>();
        for (ScoreDoc hit : searcher.search(query, Math.max(1, reader.maxDoc())).scoreDocs) {
            scores.put(hit.doc, hit.score);
        }
        return scores;
    }

    /** Cosines of all live documents with a vector, in plain double arithmetic. */
    protected Map<Integer, Double> cosines(float[] target) throws IOException {
        Map<Integer, Double> cosines = new HashMap<>();
        for (LeafReaderContext leaf : reader.leaves()) {
            FloatVectorValues values = leaf.reader().getFloatVectorValues(VECTOR);
            if (values == null) {
                continue;
            }
            KnnVectorValues.DocIndexIterator documents = values.iterator();
            while (documents.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                if (leaf.reader().getLiveDocs() == null
                        || leaf.reader().getLiveDocs().get(documents.docID())) {
                    cosines.put(leaf.docBase + documents.docID(), dot(target, values.vectorValue(documents.index())));
                }
            }
        }
        return cosines;
    }

    /** The mean cosine of the definition, over all vectors that the segments hold, deleted ones included. */
    protected double mean(KnnTarget leg) throws IOException {
        List<Double> cosines = new ArrayList<>();
        for (LeafReaderContext leaf : reader.leaves()) {
            FloatVectorValues values = leaf.reader().getFloatVectorValues(VECTOR);
            for (int ord = 0; values != null && ord < values.size(); ord++) {
                cosines.add(dot(leg.vector(), values.vectorValue(ord)));
            }
        }
        double sum = cosines.stream().mapToDouble(each -> each).sum();
        return (sum + 100 * leg.background()) / (cosines.size() + 100);
    }

    /** The range of the definition, from the spreads that the segments store. */
    protected double range(KnnTarget leg) throws IOException {
        double pairs = 500;
        double squares = 500 * Math.pow(0.1 * (1 - leg.background()), 2);
        for (LeafReaderContext leaf : reader.leaves()) {
            FloatVectorValues values = leaf.reader().getFloatVectorValues(VECTOR);
            if (values != null && values.size() > 0) {
                pairs += values.size() - 1;
                squares += (values.size() - 1)
                        * Math.pow(Centroid.of(leaf.reader(), VECTOR).stdDev(), 2);
            }
        }
        return Math.max(1 - mean(leg), 9 * Math.sqrt(squares / pairs));
    }

    /** The vector part of the definition. */
    protected static double vectorScore(double cosine, double mean, double range) {
        double part = Math.min(1, Math.max(0, (cosine - mean) / range));
        return part * part;
    }

    protected static double dot(float[] a, float[] b) {
        double dot = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
        }
        return dot;
    }

    /** U of the definition for OR-ed terms of one field. */
    protected double bound(Map<String, Float> terms) throws IOException {
        int documents = reader.getDocCount(TEXT);
        double bound = 0;
        for (Map.Entry<String, Float> term : terms.entrySet()) {
            int frequency = reader.docFreq(new Term(TEXT, term.getKey()));
            bound += term.getValue() * Math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5));
        }
        return bound;
    }
}
