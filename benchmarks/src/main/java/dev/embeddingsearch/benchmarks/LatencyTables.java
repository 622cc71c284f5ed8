/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import dev.embeddingsearch.knn.SearchCounters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Prints the figures of {@link HybridLatency} as Markdown tables: medians and their ratios as soon as they are known, and
 * in the end the slowest questions, how many a thread answers, and what was computed.
 */
final class LatencyTables {

    private static final String KEYS = "| words | k | size |";
    private static final String ACHIEVED =
            " hybrid / (BM25 + kNN, Lucene's format) | the same, kNN | the same, exact scores | complete / hybrid |";
    private static final String COMPUTED =
            " words scored, hybrid | complete | codes compared, hybrid | complete | cosines, hybrid | complete |";

    private final List<Row> rows = new ArrayList<>();

    private record Row(String key, Map<SearchWay, LatencyFigures> figures) {

        private String each(String format, ToDoubleFunction<LatencyFigures> value) {
            return Arrays.stream(SearchWay.values())
                    .map(way -> String.format(Locale.ROOT, format, value.applyAsDouble(figures.get(way))))
                    .collect(Collectors.joining());
        }

        private double median(SearchWay way) {
            return figures.get(way).median();
        }

        private double overBothLegs(SearchWay vectors) {
            return median(SearchWay.HYBRID) / (median(SearchWay.BM25) + median(vectors));
        }

        private long words(SearchWay way) {
            return figures.get(way).average(SearchCounters.Count.LEXICAL_DOCUMENTS_SCORED);
        }

        private long codes(SearchWay way) {
            return figures.get(way).average(SearchCounters.Count.KNN_VECTORS_VISITED)
                    + figures.get(way).average(SearchCounters.Count.ESTIMATED_SIMILARITIES);
        }

        private long cosines(SearchWay way) {
            return figures.get(way).average(SearchCounters.Count.EXACT_SIMILARITIES);
        }
    }

    LatencyTables() {
        header(ways("") + ACHIEVED);
    }

    void add(LatencyCorpus.Words words, int nearest, int size, Map<SearchWay, LatencyFigures> figures) {
        Row row = new Row(String.format(Locale.ROOT, "| %s | %d | %d |", words.title(), nearest, size), figures);
        rows.add(row);
        System.out.print(row.key + row.each(" %.3f |", LatencyFigures::median));
        System.out.printf(
                Locale.ROOT,
                " %.2f | %.2f | %.2f | %.1f |%n",
                row.overBothLegs(SearchWay.FLOATS),
                row.overBothLegs(SearchWay.KNN),
                row.overBothLegs(SearchWay.EXACT),
                row.median(SearchWay.COMPLETE) / row.median(SearchWay.HYBRID));
    }

    void printRest() {
        System.out.println("\n99th percentile, and questions a second:\n");
        header(ways("") + ways(", a second"));
        for (Row row : rows) {
            System.out.println(row.key
                    + row.each(" %.3f |", figures -> figures.percentile(0.99))
                    + row.each(" %.0f |", LatencyFigures::perSecond));
        }
        System.out.println("\nComputed for a question:\n");
        header(COMPUTED);
        for (Row row : rows) {
            System.out.printf(
                    Locale.ROOT,
                    "%s %,d | %,d | %,d | %,d | %,d | %,d |%n",
                    row.key,
                    row.words(SearchWay.HYBRID),
                    row.words(SearchWay.COMPLETE),
                    row.codes(SearchWay.HYBRID),
                    row.codes(SearchWay.COMPLETE),
                    row.cosines(SearchWay.HYBRID),
                    row.cosines(SearchWay.COMPLETE));
        }
    }

    private static String ways(String unit) {
        return Arrays.stream(SearchWay.values())
                .map(way -> " " + way.title() + unit + " |")
                .collect(Collectors.joining());
    }

    private static void header(String columns) {
        String header = KEYS + columns;
        System.out.println(header);
        System.out.println("|---"
                        .repeat((int) header.chars().filter(c -> c == '|').count() - 1) + "|");
    }
}
