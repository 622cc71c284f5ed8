/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import org.apache.lucene.util.VectorUtil;

/**
 * Made-up unit vectors that lie as those of texts do: in topics, about a hundred documents each, and around the middle of
 * a topic in far fewer directions than there are dimensions. The same seed gives the same vectors.
 */
final class ClusteredVectors {

    private static final int SEED = 42;
    private static final int DOCUMENTS_PER_TOPIC = 100;
    private static final int DIRECTIONS = 96;
    /** How far from the middle of its topic a vector lies, which itself has length 1. */
    private static final double SPREAD = 0.9;

    private static final double NOISE = 0.3;

    private final Random random = new Random(SEED);
    private final int dimensions;
    private final float[][] directions;
    private final float[][] topics;
    private final float[][] documents;
    private final float[][] queries;

    ClusteredVectors(int documents, int queries, int dimensions) {
        this.dimensions = dimensions;
        this.directions = many(DIRECTIONS);
        this.topics = many(Math.max(1, documents / DOCUMENTS_PER_TOPIC));
        this.documents = new float[documents][];
        for (int i = 0; i < documents; i++) {
            this.documents[i] = nearATopic();
        }
        this.queries = new float[queries][];
        for (int i = 0; i < queries; i++) {
            this.queries[i] = nearATopic();
        }
    }

    private float[][] many(int count) {
        float[][] vectors = new float[count][];
        for (int i = 0; i < count; i++) {
            vectors[i] = unit(gaussian(1));
        }
        return vectors;
    }

    private float[] gaussian(double length) {
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) (random.nextGaussian() * length / Math.sqrt(dimensions));
        }
        return vector;
    }

    private float[] nearATopic() {
        float[] vector = gaussian(NOISE);
        float[] topic = topics[random.nextInt(topics.length)];
        for (int i = 0; i < dimensions; i++) {
            vector[i] += topic[i];
        }
        for (float[] direction : directions) {
            float step = (float) (random.nextGaussian() * SPREAD / Math.sqrt(DIRECTIONS));
            for (int i = 0; i < dimensions; i++) {
                vector[i] += step * direction[i];
            }
        }
        return unit(vector);
    }

    private static float[] unit(float[] vector) {
        return VectorUtil.l2normalize(vector);
    }

    float[][] documents() {
        return documents;
    }

    float[][] queries() {
        return queries;
    }

    int dimensions() {
        return dimensions;
    }

    /** The true nearest {@code k} of the documents that {@code accepted} leaves. */
    Set<Integer> nearest(float[] query, int k, IntPredicate accepted) {
        return ExactNeighbors.of(query, documents, k, accepted);
    }
}
