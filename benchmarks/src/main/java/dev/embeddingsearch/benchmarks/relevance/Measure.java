/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** How good one ranked list is, from 0 to 1, given the grades of the documents that answer its query. */
public enum Measure {

    /** Discounted gain, gain being 2^grade - 1, over the best that any ranking of the judged documents could have. */
    NDCG_10("nDCG@10") {
        @Override
        public double of(List<String> ids, Map<String, Integer> grades) {
            List<Integer> best = grades.values().stream()
                    .sorted(Comparator.reverseOrder())
                    .limit(10)
                    .toList();
            List<Integer> found =
                    ids.stream().limit(10).map(id -> grades.getOrDefault(id, 0)).toList();
            return gain(found) / gain(best);
        }
    },

    /** One over the rank of the first right document, 0 beyond rank 10. */
    MRR_10("MRR@10") {
        @Override
        public double of(List<String> ids, Map<String, Integer> grades) {
            for (int i = 0; i < Math.min(10, ids.size()); i++) {
                if (grades.getOrDefault(ids.get(i), 0) > 0) {
                    return 1.0 / (i + 1);
                }
            }
            return 0;
        }
    },

    /** The share of right documents that are among the first 100. */
    RECALL_100("recall@100") {
        @Override
        public double of(List<String> ids, Map<String, Integer> grades) {
            long right = grades.values().stream().filter(grade -> grade > 0).count();
            long found = ids.stream()
                    .limit(100)
                    .filter(id -> grades.getOrDefault(id, 0) > 0)
                    .count();
            return (double) found / right;
        }
    };

    private final String title;

    Measure(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }

    /**
     * The value for the ids of one list.
     *
     * @param grades of at least one right document, whose grade is above 0
     */
    public abstract double of(List<String> ids, Map<String, Integer> grades);

    private static double gain(List<Integer> grades) {
        double sum = 0;
        for (int i = 0; i < grades.size(); i++) {
            sum += (Math.pow(2, grades.get(i)) - 1) / (Math.log(i + 2) / Math.log(2));
        }
        return sum;
    }
}
