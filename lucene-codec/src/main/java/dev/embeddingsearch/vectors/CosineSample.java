/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.VectorUtil;

/**
 * A uniform random sample of at most {@value #SIZE} of the vectors that are offered to it, scaled to length 1, from
 * which {@link Centroid#stdDev() the standard deviation} of their cosines is estimated. This is reservoir sampling
 * (algorithm R in Vitter, "Random Sampling with a Reservoir", 1985). The seed is fixed: the same vectors in the same
 * order give the same sample.
 */
final class CosineSample {
    static final int SIZE = 512;

    /** About so many pairs are compared, for an error of about 1%. Of up to 128 vectors all pairs are compared. */
    private static final int PAIRS = 16_384;

    private final List<float[]> vectors = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(SIZE);
    private long seen;

    /** Offers a vector to the sample; zero vectors, which have no direction, are ignored. */
    void add(float[] vector) {
        double squares = 0;
        for (float x : vector) {
            squares += (double) x * x;
        }
        if (squares == 0) {
            return;
        }
        long slot = seen < SIZE ? seen : random.nextLong(seen + 1);
        seen++;
        if (slot < SIZE) {
            put((int) slot, unit(vector, Math.sqrt(squares)));
        }
    }

    private void put(int slot, float[] unit) {
        if (slot == vectors.size()) {
            vectors.add(unit);
        } else {
            vectors.set(slot, unit);
        }
    }

    private static float[] unit(float[] vector, double length) {
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / length);
        }
        return unit;
    }

    /**
     * Estimates the standard deviation: the root mean square of <code>x.y - m(x)</code> over pairs of sampled vectors,
     * with <code>m(x) = (n * (x.mean) - 1) / (n - 1)</code>, the mean cosine of x with all other vectors of the field.
     *
     * @param mean the mean of the n unit vectors from which the sample was drawn
     * @param n number of these vectors
     * @return 0 if there are fewer than two vectors
     */
    float stdDev(float[] mean, long n) {
        int size = vectors.size();
        if (size < 2 || n < 2) {
            return 0;
        }
        double[] expected = vectors.stream()
                .mapToDouble(x -> (n * (double) VectorUtil.dotProduct(x, mean) - 1) / (n - 1))
                .toArray();
        double sum = 0;
        long count = 0;
        for (int i = 0; i < size; i++) {
            for (int step = 1; step < size; step += stride(size)) {
                int j = (i + step) % size;
                double cosine = VectorUtil.dotProduct(vectors.get(i), vectors.get(j));
                sum += square(cosine - expected[i]) + square(cosine - expected[j]);
                count += 2;
            }
        }
        return (float) Math.sqrt(sum / count);
    }

    /**
     * Spaces the partners of a vector evenly over the sample: adjacent vectors were often indexed together and are
     * alike.
     */
    private static int stride(int size) {
        return Math.max(1, size * (size - 1) / PAIRS);
    }

    private static double square(double x) {
        return x * x;
    }

    long ramBytesUsed() {
        return vectors.isEmpty() ? 0 : vectors.size() * RamUsageEstimator.sizeOf(vectors.getFirst());
    }
}
