/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import java.util.Locale;
import java.util.Map;

/** Writes measurements as Markdown. */
final class Report {

    private Report() {}

    static String markdown(Results results) {
        StringBuilder text = new StringBuilder();
        Map<Measure, double[]> ours = results.values().get(Results.DEFAULT);
        text.append(String.format(
                Locale.ROOT,
                "### %s (%d queries, analyzer %s)%n%n",
                results.set(),
                ours.get(Measure.NDCG_10).length,
                results.analysis().title()));
        text.append("| system |");
        for (Measure measure : Measure.values()) {
            text.append(' ').append(measure.title()).append(" |");
        }
        text.append(" default minus this, nDCG@10 |\n|---|---|---|---|---|\n");
        results.values().forEach((system, values) -> text.append(row(system, values, ours)));
        text.append(String.format(
                Locale.ROOT, "%n`_rank_eval`, nDCG@10 of %s: %.3f%n", Results.DEFAULT, results.rankEval()));
        return text.toString();
    }

    private static String row(String system, Map<Measure, double[]> values, Map<Measure, double[]> ours) {
        StringBuilder row = new StringBuilder("| ").append(system).append(" |");
        for (Measure measure : Measure.values()) {
            row.append(' ').append(Interval.of(values.get(measure)).print()).append(" |");
        }
        String difference = system.equals(Results.DEFAULT)
                ? ""
                : Interval.ofDifference(ours.get(Measure.NDCG_10), values.get(Measure.NDCG_10))
                        .printSigned();
        return row.append(' ').append(difference).append(" |\n").toString();
    }
}
