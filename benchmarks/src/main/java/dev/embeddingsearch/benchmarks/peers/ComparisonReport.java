/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Figures as tables, each value beside its ratio to that of the first system, with which all others are compared. */
final class ComparisonReport {

    private final List<Figure> figures;
    private final List<String> systems;

    ComparisonReport(List<Figure> figures) {
        this.figures = List.copyOf(figures);
        this.systems = distinct(figures, Figure::system);
    }

    /** A table of what is measured once for each system, then one of questions for each system but the first. */
    String markdown() {
        String base = systems.getFirst();
        StringBuilder text = new StringBuilder(header("ratio to " + base, systems));
        for (Figure.Section section : List.of(Figure.Section.LOAD, Figure.Section.QUALITY)) {
            for (String row : rows(section)) {
                line(
                        text,
                        row,
                        systems.stream()
                                .map(system -> cell(section, row, system))
                                .toList());
            }
        }
        for (String system : systems.subList(1, systems.size())) {
            text.append('\n').append(questions(base, system));
        }
        return text.toString();
    }

    private String questions(String base, String system) {
        StringBuilder text = new StringBuilder(header(
                system,
                List.of(
                        "median, ms: " + base,
                        "ours",
                        "99th percentile",
                        "CPU",
                        "questions a second, several clients")));
        for (String row : rows(Figure.Section.MEDIAN)) {
            line(
                    text,
                    row,
                    List.of(
                            cell(Figure.Section.MEDIAN, row, base),
                            cell(Figure.Section.MEDIAN, row, system),
                            ratio(Figure.Section.SLOWEST, row, system),
                            ratio(Figure.Section.CPU, row, system),
                            ratio(Figure.Section.THROUGHPUT, row, system)));
        }
        return text.toString();
    }

    String csv() {
        return figures.stream()
                .map(figure -> String.format(
                        Locale.ROOT,
                        "\"%s\",\"%s\",\"%s\",%.4f%n",
                        figure.section().title(),
                        figure.row(),
                        figure.system(),
                        figure.value()))
                .collect(Collectors.joining("", "measure,of,system,value\n", ""));
    }

    /** The value, with its ratio where that means anything. */
    private String cell(Figure.Section section, String row, String system) {
        OptionalDouble value = value(section, row, system);
        if (value.isEmpty()) {
            return "";
        }
        String number = number(value.getAsDouble());
        boolean compared = section != Figure.Section.QUALITY && !system.equals(systems.getFirst());
        return compared ? "%s (%s)".formatted(number, ratio(section, row, system)) : number;
    }

    private String ratio(Figure.Section section, String row, String system) {
        OptionalDouble value = value(section, row, system);
        OptionalDouble base = value(section, row, systems.getFirst());
        return value.isPresent() && base.isPresent() ? ratio(value.getAsDouble() / base.getAsDouble()) : "";
    }

    private OptionalDouble value(Figure.Section section, String row, String system) {
        return figures.stream()
                .filter(figure -> figure.section() == section
                        && figure.row().equals(row)
                        && figure.system().equals(system))
                .mapToDouble(Figure::value)
                .findFirst();
    }

    private List<String> rows(Figure.Section section) {
        return distinct(
                figures.stream().filter(figure -> figure.section() == section).toList(), Figure::row);
    }

    private static List<String> distinct(List<Figure> figures, Function<Figure, String> name) {
        return figures.stream().map(name).distinct().toList();
    }

    private static String header(String first, List<String> others) {
        StringBuilder text = new StringBuilder();
        line(text, first, others);
        return text.append("|---".repeat(others.size() + 1)).append("|\n").toString();
    }

    private static void line(StringBuilder text, String first, List<String> others) {
        text.append("| ").append(first).append(" |");
        others.forEach(cell -> text.append(cell.isEmpty() ? " |" : " " + cell + " |"));
        text.append('\n');
    }

    /** Three digits, or more before the point. */
    static String number(double value) {
        if (value >= 99.95) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        if (value >= 0.9995) {
            return String.format(Locale.ROOT, value >= 9.995 ? "%.1f" : "%.2f", value);
        }
        return withoutZero(String.format(Locale.ROOT, "%.3f", value));
    }

    /** Two digits behind the point, fewer for what is ten times as much. */
    static String ratio(double value) {
        if (!Double.isFinite(value)) {
            return "-"; // the clock of CPU time did not move
        }
        return withoutZero(String.format(Locale.ROOT, value >= 9.995 ? "%.0f" : "%.2f", value));
    }

    private static String withoutZero(String number) {
        return number.startsWith("0.") ? number.substring(1) : number;
    }
}
