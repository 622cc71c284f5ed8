/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import java.util.ArrayList;
import java.util.List;

/** Lays ranked lists side by side. */
final class Table {

    private static final String GAP = "  ";

    private static final String CUT = "...";

    private final int width;

    /** @param width of one column, in characters */
    Table(int width) {
        this.width = width;
    }

    /** A line of headings, then a numbered line a rank; a list that ends early leaves its place empty. */
    String print(List<String> headings, List<List<String>> columns) {
        List<String> lines = new ArrayList<>();
        lines.add(row("", headings));
        lines.add(row("", headings.stream().map(heading -> "-".repeat(width)).toList()));
        int ranks = columns.stream().mapToInt(List::size).max().orElse(0);
        for (int i = 0; i < ranks; i++) {
            int rank = i;
            List<String> cells = columns.stream()
                    .map(column -> rank < column.size() ? column.get(rank) : "")
                    .toList();
            lines.add(row(Integer.toString(rank + 1), cells));
        }
        return String.join("\n", lines);
    }

    private String row(String rank, List<String> cells) {
        StringBuilder row = new StringBuilder(String.format("%3s", rank));
        cells.forEach(cell -> row.append(GAP).append(fit(cell)));
        return row.toString().stripTrailing();
    }

    /** Cut at the end, or filled up with spaces; counted in characters as people see them, not in UTF-16 units. */
    private String fit(String cell) {
        String line = cell.replaceAll("\\s+", " ");
        int length = line.codePointCount(0, line.length());
        if (length > width) {
            return line.substring(0, line.offsetByCodePoints(0, width - CUT.length())) + CUT;
        }
        return line + " ".repeat(width - length);
    }
}
