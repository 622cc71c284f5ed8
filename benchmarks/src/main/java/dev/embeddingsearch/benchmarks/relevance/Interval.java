/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/** A mean over queries with its 95% interval. */
record Interval(double mean, double low, double high) {

    private static final int RESAMPLES = 2000;
    private static final long SEED = 42;

    /** The percentile bootstrap: means of queries drawn with replacement, always the same draws. */
    static Interval of(double[] values) {
        Random random = new Random(SEED);
        double[] means = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            double sum = 0;
            for (int j = 0; j < values.length; j++) {
                sum += values[random.nextInt(values.length)];
            }
            means[i] = sum / values.length;
        }
        Arrays.sort(means);
        double mean = Arrays.stream(values).average().orElseThrow();
        return new Interval(mean, means[(int) (RESAMPLES * 0.025)], means[(int) (RESAMPLES * 0.975) - 1]);
    }

    /** For two systems on the same queries: the mean of {@code ours - theirs}, query by query. */
    static Interval ofDifference(double[] ours, double[] theirs) {
        double[] differences = new double[ours.length];
        Arrays.setAll(differences, i -> ours[i] - theirs[i]);
        return of(differences);
    }

    String print() {
        return String.format(Locale.ROOT, "%.3f (%.3f-%.3f)", mean, low, high);
    }

    String printSigned() {
        return String.format(Locale.ROOT, "%+.3f (%+.3f to %+.3f)", mean, low, high);
    }
}
