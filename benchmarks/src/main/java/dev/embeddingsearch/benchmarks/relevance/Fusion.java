/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Fuses two finished result lists, the way systems do that see no more than these. */
final class Fusion {

    private static final int RANK_CONSTANT = 60;

    // What neural-search gives the last document of a list, so that it differs from one that is not in the list.
    private static final double LEAST = 0.001;

    private Fusion() {}

    /** Reciprocal rank fusion: the sum of 1 / (60 + rank) over the first {@code depth} of each list, ranks from 1. */
    static List<Hit> reciprocalRanks(List<List<Hit>> lists, int depth) {
        Map<String, Double> sums = new HashMap<>();
        for (List<Hit> list : lists) {
            for (int i = 0; i < Math.min(depth, list.size()); i++) {
                sums.merge(list.get(i).id(), 1.0 / (RANK_CONSTANT + i + 1), Double::sum);
            }
        }
        return ranked(sums);
    }

    /** Scores of each list stretched to [0, 1] by its least and largest, then their mean; what a list lacks counts 0. */
    static List<Hit> minMax(List<List<Hit>> lists) {
        Map<String, Double> sums = new HashMap<>();
        for (List<Hit> list : lists) {
            double min = list.stream().mapToDouble(Hit::score).min().orElse(0);
            double max = list.stream().mapToDouble(Hit::score).max().orElse(0);
            for (Hit hit : list) {
                double stretched = max == min ? 1 : Math.max(LEAST, (hit.score() - min) / (max - min));
                sums.merge(hit.id(), stretched / lists.size(), Double::sum);
            }
        }
        return ranked(sums);
    }

    private static List<Hit> ranked(Map<String, Double> scores) {
        return scores.entrySet().stream()
                .map(entry -> new Hit(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingDouble(Hit::score).reversed().thenComparing(Hit::id))
                .toList();
    }
}
