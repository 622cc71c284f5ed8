/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import org.apache.lucene.util.RamUsageEstimator;

/** Adds up unit vectors in double precision, and samples them, on the way to their {@link Centroid}. */
final class CentroidSum {
    private static final long SHALLOW_SIZE = RamUsageEstimator.shallowSizeOfInstance(CentroidSum.class);

    private final double[] sum;
    private final CosineSample sample = new CosineSample();
    private long count;

    CentroidSum(int dimensions) {
        sum = new double[dimensions];
    }

    /** Offers the vector to the sample that the spread is estimated from; the mean does not change. */
    void sample(float[] vector) {
        sample.add(vector);
    }

    /** Adds the vector at length 1 to the mean; a zero vector has no direction and is left out. */
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

    /** Adds all vectors that {@code centroid} is the mean of; null stands for none. */
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
     * The centroid so far, of so many vectors; null where there is none.
     *
     * @param of at least {@link #count()}: more where only a sample was added
     */
    Centroid centroid(long of) {
        float[] mean = mean();
        return count == 0 ? null : new Centroid(mean, sample.spread(mean, of), of);
    }

    /** The mean so far; meaningless while {@link #count()} is 0. */
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
