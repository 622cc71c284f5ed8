/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Test;

public class ComparisonReportTests {

    private final ComparisonReport report = new ComparisonReport(List.of(
            new Figure(Figure.Section.LOAD, "disk", "peer", 2000),
            new Figure(Figure.Section.LOAD, "disk", "a", 1000),
            new Figure(Figure.Section.QUALITY, "recall", "peer", .5),
            new Figure(Figure.Section.QUALITY, "recall", "a", 1),
            new Figure(Figure.Section.QUALITY, "recall", "b", .25),
            new Figure(Figure.Section.MEDIAN, "kNN", "peer", 2),
            new Figure(Figure.Section.MEDIAN, "kNN", "a", 3),
            new Figure(Figure.Section.SLOWEST, "kNN", "peer", 10),
            new Figure(Figure.Section.SLOWEST, "kNN", "a", 100),
            new Figure(Figure.Section.CPU, "kNN", "peer", 0),
            new Figure(Figure.Section.CPU, "kNN", "a", 1),
            new Figure(Figure.Section.THROUGHPUT, "kNN", "peer", 100),
            new Figure(Figure.Section.THROUGHPUT, "kNN", "a", 6)));

    @Test
    public void valuesStandBesideTheirRatios() {
        assertEquals("""
                | ratio to peer | peer | a | b |
                |---|---|---|---|
                | disk | 2,000 | 1,000 (.50) | |
                | recall | .500 | 1.00 | .250 |

                | a | median, ms: peer | ours | 99th percentile | CPU | questions a second, several clients |
                |---|---|---|---|---|---|
                | kNN | 2.00 | 3.00 (1.50) | 10 | - | .06 |

                | b | median, ms: peer | ours | 99th percentile | CPU | questions a second, several clients |
                |---|---|---|---|---|---|
                | kNN | 2.00 | | | | |
                """, report.markdown());
    }

    @Test
    public void rawFiguresAreCsv() {
        List<String> lines = report.csv().lines().toList();
        assertEquals("measure,of,system,value", lines.getFirst());
        assertEquals("\"load\",\"disk\",\"peer\",2000.0000", lines.get(1));
        assertEquals(14, lines.size());
    }

    @Test
    public void numbersHaveThreeDigits() {
        assertEquals(
                List.of(".012", ".999", "1.00", "9.99", "10.0", "99.9", "100", "12,346"),
                List.of(.0123, .9994, .9996, 9.994, 9.996, 99.94, 99.96, 12345.6).stream()
                        .map(ComparisonReport::number)
                        .toList());
        assertEquals(
                List.of(".06", "1.00", "9.99", "10", "-"),
                List.of(.06, .999, 9.99, 9.996, Double.NaN).stream()
                        .map(ComparisonReport::ratio)
                        .toList());
    }
}
