/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What was measured on one data set.
 *
 * @param values by system, in the order of the report, and measure: one value a query, in the order of the queries
 * @param rankEval OpenSearch's own nDCG@10 of {@link #DEFAULT}
 */
record Results(String set, Analysis analysis, Map<String, Map<Measure, double[]>> values, double rankEval) {

    /** The system that the others are compared with. */
    static final double DEFAULT_WEIGHT = 0.67;

    static final String DEFAULT = hybrid(DEFAULT_WEIGHT);

    /** @param runs the ranked lists of every system, one a query */
    static Map<String, Map<Measure, double[]>> measure(List<Dataset.Query> queries, Map<String, List<List<Hit>>> runs) {
        Map<String, Map<Measure, double[]>> values = new LinkedHashMap<>();
        runs.forEach((system, lists) -> {
            Map<Measure, double[]> measured = new EnumMap<>(Measure.class);
            for (Measure measure : Measure.values()) {
                double[] ofQueries = new double[queries.size()];
                for (int i = 0; i < ofQueries.length; i++) {
                    List<String> ids = lists.get(i).stream().map(Hit::id).collect(Collectors.toList());
                    ofQueries[i] = measure.of(ids, queries.get(i).grades());
                }
                measured.put(measure, ofQueries);
            }
            values.put(system, measured);
        });
        return values;
    }

    /** How a report names the plugin's query with this weight of the vector leg. */
    static String hybrid(double weight) {
        return "hybrid_match, weight " + weight;
    }
}
