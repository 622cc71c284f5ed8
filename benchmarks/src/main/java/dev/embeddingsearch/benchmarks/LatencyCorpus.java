/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import dev.embeddingsearch.lucene.EmbeddingVectorsFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;

/**
 * Documents made up from a seed: each belongs to a topic, which its vector lies near and some of its words come from. The
 * other words are drawn by Zipf's law from a vocabulary that all topics share.
 */
final class LatencyCorpus {

    static final String TEXT = "text";
    static final String VECTOR = "vector";
    /** Stands in every fourth document. */
    static final String COMMON = "common";

    private static final int TOPICS = 200;
    private static final int TOPIC_WORDS = 30;
    private static final int SHARED_WORDS = 20_000;
    private static final double SPREAD = 0.9;

    private final Random random = new Random(42);
    private final int dimensions;
    private final List<float[]> centres = new ArrayList<>();

    LatencyCorpus(int dimensions) {
        this.dimensions = dimensions;
        for (int i = 0; i < TOPICS; i++) {
            centres.add(near(new float[dimensions], 1));
        }
    }

    /** Words and vector of a question about one topic. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
    record Question(List<String> words, float[] vector) {}

    /** A question of the common word, and of so many words of its topic. */
    Question question(int topicWords) {
        int topic = random.nextInt(TOPICS);
        List<String> words = new ArrayList<>(List.of(COMMON));
        for (int i = 0; i < topicWords; i++) {
            words.add(topicWord(topic));
        }
        return new Question(List.copyOf(words), near(centres.get(topic), SPREAD));
    }

    /** Writes the documents into one segment. */
    void index(Directory directory, int documents) throws IOException {
        IndexWriterConfig config = new IndexWriterConfig()
                .setRAMBufferSizeMB(1_000)
                .setCodec(new Lucene104Codec() {
                    @Override
                    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                        return EmbeddingVectorsFormat.hnsw(16, 100);
                    }
                });
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (int i = 0; i < documents; i++) {
                writer.addDocument(document(random.nextInt(TOPICS)));
            }
            writer.forceMerge(1);
        }
    }

    private Document document(int topic) {
        StringJoiner text = new StringJoiner(" ");
        for (int i = 10 + random.nextInt(60); i > 0; i--) {
            text.add(random.nextInt(5) == 0 ? topicWord(topic) : sharedWord());
        }
        for (int i = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0; i > 0; i--) {
            text.add(COMMON);
        }
        Document document = new Document();
        document.add(new TextField(TEXT, text.toString(), Field.Store.NO));
        document.add(new KnnFloatVectorField(
                VECTOR, near(centres.get(topic), SPREAD), VectorSimilarityFunction.DOT_PRODUCT));
        return document;
    }

    private String topicWord(int topic) {
        return "t" + topic + "x" + (int) (TOPIC_WORDS * random.nextDouble() * random.nextDouble());
    }

    private String sharedWord() {
        return "s" + (int) Math.pow(SHARED_WORDS, random.nextDouble());
    }

    /** A unit vector around {@code centre}; {@code spread} is the length of what is added to it. */
    private float[] near(float[] centre, double spread) {
        float[] vector = new float[dimensions];
        double squares = 0;
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) (centre[i] + spread * random.nextGaussian() / Math.sqrt(dimensions));
            squares += vector[i] * vector[i];
        }
        for (int i = 0; i < dimensions; i++) {
            vector[i] /= (float) Math.sqrt(squares);
        }
        return vector;
    }
}
