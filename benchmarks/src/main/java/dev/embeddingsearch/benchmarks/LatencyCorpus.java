/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
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
 *
 * <p>Documents keep to their topic more or less closely, so that cosines fall with the rank much as those of real texts
 * do: with a share of .01%, .1%, .5%, 1.6% of the documents before it, one has a cosine of .63, .60, .51, .35 with a
 * question. On CoSQA, 6,267 functions embedded by MiniLM, these are .70, .59, .49, .41.
 */
public final class LatencyCorpus {

    static final String TEXT = "text";
    static final String VECTOR = "vector";
    /** The same vector as Lucene keeps it by default. */
    static final String FLOATS = "floats";
    /** Stands in every fourth document. */
    static final String COMMON = "common";

    private static final int TOPIC_WORDS = 300;
    private static final int SHARED_WORDS = 20_000;
    private static final double QUESTION_SPREAD = 0.9;

    private final Random random = new Random(42);
    private final int dimensions;
    private final Shape shape;
    private final List<float[]> centres = new ArrayList<>();

    LatencyCorpus(int dimensions) {
        this(dimensions, Shape.TEXTS);
    }

    public LatencyCorpus(int dimensions, Shape shape) {
        this.dimensions = dimensions;
        this.shape = shape;
        for (int i = 0; i < shape.topics; i++) {
            centres.add(near(new float[dimensions], 1));
        }
    }

    /** How vectors lie around those of their topics. */
    public enum Shape {
        /** As those of texts: some close to their topic, most far from it. */
        TEXTS(20, 0.7, 4.5),
        /** Equally far from their topic all, so that the distances between those of one topic hardly differ. */
        EQUIDISTANT(200, 0.9, 0.9);

        private final int topics;
        private final double leastSpread;
        private final double mostSpread;

        Shape(int topics, double leastSpread, double mostSpread) {
            this.topics = topics;
            this.leastSpread = leastSpread;
            this.mostSpread = mostSpread;
        }

        private double spread(Random random) {
            return leastSpread + (mostSpread - leastSpread) * random.nextDouble();
        }
    }

    /** Which words questions are made of. */
    public enum Words {
        COMMON("one in 25% of the documents", 1, 0),
        MIXED("that one and two of the topic", 1, 2),
        RARE("two of the topic", 0, 2);

        private final String title;
        private final int common;
        private final int topical;

        Words(String title, int common, int topical) {
            this.title = title;
            this.common = common;
            this.topical = topical;
        }

        public String title() {
            return title;
        }
    }

    /** Words and vector of a question about one topic. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
    public record Question(List<String> words, float[] vector) {}

    /** Words and vector of a document. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
    public record Entry(String text, float[] vector) {}

    int dimensions() {
        return dimensions;
    }

    public List<Question> questions(Words words, int count) {
        return Stream.generate(() -> question(words)).limit(count).toList();
    }

    private Question question(Words kinds) {
        int topic = random.nextInt(shape.topics);
        List<String> words = new ArrayList<>(Collections.nCopies(kinds.common, COMMON));
        for (int i = 0; i < kinds.topical; i++) {
            words.add(topicWord(topic));
        }
        return new Question(List.copyOf(words), near(centres.get(topic), QUESTION_SPREAD));
    }

    /** Writes the documents into one segment. */
    void index(Directory directory, int documents) throws IOException {
        IndexWriterConfig config = new IndexWriterConfig()
                .setRAMBufferSizeMB(1_000)
                .setCodec(new Lucene104Codec() {
                    @Override
                    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                        return field.equals(FLOATS)
                                ? new Lucene99HnswVectorsFormat(16, 100)
                                : QuantizedVectorsFormat.hnsw(
                                        Quantization.forDimensions(dimensions), dimensions, 16, 100);
                    }
                });
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (int i = 0; i < documents; i++) {
                writer.addDocument(document(entry()));
            }
            writer.forceMerge(1);
        }
    }

    private static Document document(Entry entry) {
        Document document = new Document();
        document.add(new TextField(TEXT, entry.text(), Field.Store.NO));
        for (String field : List.of(VECTOR, FLOATS)) {
            document.add(new KnnFloatVectorField(field, entry.vector(), VectorSimilarityFunction.DOT_PRODUCT));
        }
        return document;
    }

    /** The next document. */
    public Entry entry() {
        int topic = random.nextInt(shape.topics);
        StringJoiner text = new StringJoiner(" ");
        for (int i = 10 + random.nextInt(60); i > 0; i--) {
            text.add(random.nextInt(5) == 0 ? topicWord(topic) : sharedWord());
        }
        for (int i = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0; i > 0; i--) {
            text.add(COMMON);
        }
        return new Entry(text.toString(), near(centres.get(topic), shape.spread(random)));
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
