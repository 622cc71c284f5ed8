/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import org.apache.lucene.util.RamUsageEstimator;

/**
 * Computes a {@link Centroid}: sums unit vectors in double precision, and samples vectors for the standard deviation.
 */
final class CentroidSum {
    private static final long SHALLOW_SIZE = RamUsageEstimator.shallowSizeOfInstance(CentroidSum.class);

    private final double[] sum;
    private final CosineSample sample = new CosineSample();
    private long count;

    CentroidSum(int dimensions) {
        sum = new double[dimensions];
    }

    /** Offers the vector to the sample for the standard deviation; does not change the mean. */
    void sample(float[] vector) {
        sample.add(vector);
    }

    /** Adds the vector, scaled to length 1, to the mean; zero vectors, which have no direction, are ignored. */
    void add(float[] vector) {
        double squares = 0;
        for (float x : vector) {
            squares += (double) x * x;
        }
        if (squares == 0) {
            return;
        }
        double scale = 1 / Math.sqrt(squares);
        for (int i = 0; i < sum.length; i++) {
            sum[i] += vector[i] * scale;
        }
        count++;
    }

    /** Adds the vectors behind {@code centroid}, which may be null; mean and count change, the sample does not. */
    void add(Centroid centroid) {
        if (centroid == null) {
            return;
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] += (double) centroid.mean()[i] * centroid.count();
        }
        count += centroid.count();
    }

    int dimensions() {
        return sum.length;
    }

    long count() {
        return count;
    }

    /**
     * The centroid of the vectors added so far; null if there are none.
     *
     * @param vectors the number of vectors that it stands for: {@link #count()}, or more if only a sample was added
     */
    Centroid centroid(long vectors) {
        float[] mean = mean();
        return count == 0 ? null : new Centroid(mean, sample.stdDev(mean, vectors), vectors);
    }

    /** The mean of the vectors added so far; undefined if {@link #count()} is 0. */
    float[] mean() {
        float[] mean = new float[sum.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sum[i] / count);
        }
        return mean;
    }

    long ramBytesUsed() {
        return SHALLOW_SIZE + RamUsageEstimator.sizeOf(sum) + sample.ramBytesUsed();
    }
}
