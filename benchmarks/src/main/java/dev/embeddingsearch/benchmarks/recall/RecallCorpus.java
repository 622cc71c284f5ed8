/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.recall;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.lucene.util.VectorUtil;

/**
 * Documents and queries as unit vectors of one length.
 *
 * @param name for the printed table
 */
record RecallCorpus(String name, List<float[]> documents, List<float[]> queries) {

    private static final int CLUSTERS = 200;
    private static final double NOISE = 0.9;

    /**
     * Random vectors around 200 random centers, {@code .9} as far from them as the centers are from the origin: within a
     * cluster, which has hundreds of documents, cosines hardly differ.
     */
    static RecallCorpus clustered(int documents, int queries, int dimensions) {
        Random random = new Random(42);
        float[][] centers = new float[CLUSTERS][];
        for (int i = 0; i < CLUSTERS; i++) {
            centers[i] = near(new float[dimensions], 1, random);
        }
        return new RecallCorpus(
                "%d clusters, %,d x %,d".formatted(CLUSTERS, documents, dimensions),
                drawn(documents, centers, random),
                drawn(queries, centers, random));
    }

    private static List<float[]> drawn(int count, float[][] centers, Random random) {
        return IntStream.range(0, count)
                .mapToObj(i -> near(centers[random.nextInt(centers.length)], NOISE, random))
                .toList();
    }

    private static float[] near(float[] center, double distance, Random random) {
        float[] vector = new float[center.length];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (center[i] + distance * random.nextGaussian() / Math.sqrt(vector.length));
        }
        return VectorUtil.l2normalize(vector);
    }

    /** Vectors of two files in the fvecs format: for each vector its dimensions as an int, then float32, little-endian. */
    static RecallCorpus read(Path documents, Path queries) throws IOException {
        List<float[]> read = fvecs(documents);
        return new RecallCorpus(
                "%s, %,d x %,d".formatted(documents.getFileName(), read.size(), read.get(0).length),
                read,
                fvecs(queries));
    }

    private static List<float[]> fvecs(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<float[]> vectors = new ArrayList<>();
        while (bytes.hasRemaining()) {
            float[] vector = new float[bytes.getInt()];
            for (int i = 0; i < vector.length; i++) {
                vector[i] = bytes.getFloat();
            }
            vectors.add(VectorUtil.l2normalize(vector));
        }
        return vectors;
    }

    int dimensions() {
        return documents.get(0).length;
    }

    /** For each query the cosines of its {@code k} nearest documents, by comparing all; the last is the least. */
    double[] leastOfNearest(int k) {
        return queries.parallelStream()
                .mapToDouble(query -> documents.stream()
                        .mapToDouble(document -> -VectorUtil.dotProduct(query, document))
                        .sorted()
                        .limit(k)
                        .max()
                        .orElseThrow())
                .map(negative -> -negative)
                .toArray();
    }
}
