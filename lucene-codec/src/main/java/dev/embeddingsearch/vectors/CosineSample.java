/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.VectorUtil;

/**
 * A few of a field's unit vectors, from which the {@link Centroid#spread() spread} of its cosines is estimated: at most
 * {@value #SIZE}, each vector that came by with the same chance (Vitter's algorithm R), the same ones for the same
 * vectors in the same order.
 */
final class CosineSample {
    static final int SIZE = 512;

    /** Up to 128 vectors are all compared with each other; this many pairs of more bring the estimate to about 1%. */
    private static final int PAIRS = 16_384;

    private final List<float[]> vectors = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(SIZE);
    private long seen;

    /** Offers a vector; a zero vector has no direction and is left out. */
    void add(float[] vector) {
        double squares = 0;
        for (float x : vector) {
            squares += (double) x * x;
        }
        if (squares == 0) {
            return;
        }
        long place = seen < SIZE ? seen : random.nextLong(seen + 1);
        seen++;
        if (place < SIZE) {
            keep((int) place, unit(vector, Math.sqrt(squares)));
        }
    }

    private void keep(int place, float[] unit) {
        if (place == vectors.size()) {
            vectors.add(unit);
        } else {
            vectors.set(place, unit);
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
     * The spread of the sampled vectors: the root mean square of <code>x.y - m(x)</code> over pairs, with <code>
     * m(x) = (n * (x.mean) - 1) / (n - 1)</code>, the mean cosine of x with all other vectors of the field.
     *
     * @param mean the mean of the n unit vectors that the sample was drawn from
     * @return 0 where there are no two vectors
     */
    float spread(float[] mean, long n) {
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

    /** Partners lie all around the ring of vectors, for neighbours were often written together and are alike. */
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
