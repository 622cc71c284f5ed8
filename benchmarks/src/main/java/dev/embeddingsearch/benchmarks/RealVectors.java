/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.VectorUtil;

/**
 * Looks up every vector of real data in every layout and compares the ten nearest with those of a plain loop. Reads files
 * by path: JSON arrays of objects, each array of numbers in them being a vector, and CSV with a quoted array of numbers in
 * each record.
 *
 * <pre>java --add-modules jdk.incubator.vector -cp 'benchmarks/target/benchmarks.jar:benchmarks/target/lib/*' \
 *     dev.embeddingsearch.benchmarks.RealVectors FILE ...</pre>
 */
public final class RealVectors {

    private static final int K = 10;
    private static final int CANDIDATES = 100;
    private static final int RESCORED = 50;
    private static final int SHORTEST = 64;
    private static final Pattern QUOTED_ARRAY = Pattern.compile("\"\\[([-+0-9.eE, ]+)]\"");

    private RealVectors() {}

    public static void main(String[] files) throws IOException {
        System.out.println("| file | dimensions | vectors | layout | all ten right | nearest right |");
        System.out.println("|---|---|---|---|---|---|");
        for (String file : files) {
            for (List<float[]> vectors : read(Path.of(file))) {
                for (VectorLayout layout : VectorLayout.values()) {
                    System.out.println(row(String.valueOf(Path.of(file).getFileName()), vectors, layout));
                }
            }
        }
    }

    /** Sets of vectors, one for each name they have in the file. */
    private static List<List<float[]>> read(Path file) throws IOException {
        if (file.toString().endsWith(".csv")) {
            Matcher arrays = QUOTED_ARRAY.matcher(Files.readString(file));
            return List.of(arrays.results()
                    .map(match -> Stream.of(match.group(1).split(","))
                            .mapToDouble(Double::parseDouble)
                            .toArray())
                    .map(RealVectors::unit)
                    .toList());
        }
        JsonNode records = new ObjectMapper().readTree(file.toFile());
        List<List<float[]>> sets = new ArrayList<>();
        records.get(0).fieldNames().forEachRemaining(name -> {
            if (records.get(0).get(name).size() >= SHORTEST) {
                List<float[]> set = new ArrayList<>();
                records.forEach(each ->
                        set.add(unit(IntStream.range(0, each.get(name).size())
                                .mapToDouble(i -> each.get(name).get(i).asDouble())
                                .toArray())));
                sets.add(set);
            }
        });
        return sets;
    }

    private static float[] unit(double[] numbers) {
        float[] vector = new float[numbers.length];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) numbers[i];
        }
        return VectorUtil.l2normalize(vector);
    }

    private static String row(String file, List<float[]> vectors, VectorLayout layout) throws IOException {
        int allRight = 0;
        int firstRight = 0;
        try (Directory directory = new ByteBuffersDirectory()) {
            index(directory, vectors, layout.format(vectors.getFirst().length));
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                IndexSearcher searcher = new IndexSearcher(reader);
                for (float[] query : vectors) {
                    ScoreDoc[] hits = searcher.search(layout.query(query, null, K, CANDIDATES, RESCORED), K).scoreDocs;
                    double[] found = Arrays.stream(hits)
                            .mapToDouble(hit -> VectorUtil.dotProduct(query, vectors.get(hit.doc)))
                            .toArray();
                    double[] right = best(query, vectors);
                    allRight += Arrays.equals(found, right) ? 1 : 0;
                    firstRight += found[0] == right[0] ? 1 : 0;
                }
            }
        }
        return String.format(
                Locale.ROOT,
                "| %s | %,d | %d | %s | %.1f%% | %.1f%% |",
                file,
                vectors.getFirst().length,
                vectors.size(),
                layout.title(),
                100.0 * allRight / vectors.size(),
                100.0 * firstRight / vectors.size());
    }

    private static void index(Directory directory, List<float[]> vectors, KnnVectorsFormat format) throws IOException {
        IndexWriterConfig config = new IndexWriterConfig().setCodec(new Lucene104Codec() {
            @Override
            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return format;
            }
        });
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (float[] vector : vectors) {
                Document document = new Document();
                document.add(new KnnFloatVectorField(VectorLayout.FIELD, vector, VectorSimilarityFunction.DOT_PRODUCT));
                writer.addDocument(document);
            }
        }
    }

    /** The cosines of the ten nearest. */
    private static double[] best(float[] query, List<float[]> vectors) {
        return vectors.stream()
                .map(vector -> (double) VectorUtil.dotProduct(query, vector))
                .sorted(Comparator.reverseOrder())
                .limit(K)
                .mapToDouble(Double::doubleValue)
                .toArray();
    }
}
