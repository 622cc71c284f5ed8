/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import dev.embeddingsearch.knn.SearchCounters;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** What questions took in one {@link SearchWay}, and what was computed for them. */
public final class LatencyFigures {

    private final double[] milliseconds;
    private final Map<SearchCounters.Count, Long> counts = new EnumMap<>(SearchCounters.Count.class);

    public LatencyFigures(int questions) {
        this.milliseconds = new double[questions];
    }

    /** Adds a shard's part of a question. */
    public void took(int question, double time) {
        milliseconds[question] += time;
    }

    /** Adds what a hybrid query computed in a shard. */
    void did(SearchCounters work) {
        for (SearchCounters.Count count : SearchCounters.Count.values()) {
            counts.merge(count, work.get(count), Long::sum);
        }
    }

    public double median() {
        return percentile(0.5);
    }

    public double percentile(double share) {
        double[] sorted = milliseconds.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    }

    /** How many questions a thread answers in a second. */
    double perSecond() {
        return 1e3 * milliseconds.length / Arrays.stream(milliseconds).sum();
    }

    /** For a question, on average; 0 where no hybrid query counts. */
    long average(SearchCounters.Count count) {
        return counts.getOrDefault(count, 0L) / milliseconds.length;
    }
}
