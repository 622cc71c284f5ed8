/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import dev.embeddingsearch.embedding.cache.DiskBenchmark;
import dev.embeddingsearch.embedding.http.ReplyBenchmark;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs the JMH benchmarks, all or {@code reply}, {@code cache}, {@code disk} or {@code analysis}, and prints what the results mean. */
public final class MicroBenchmarks {

    private MicroBenchmarks() {}

    /** Runs those that are named, or all. */
    public static void main(String[] args) throws RunnerException, IOException {
        List<String> names = args.length == 0 ? List.of("reply", "cache", "disk", "analysis") : List.of(args);
        List<String> report = new ArrayList<>();
        for (String name : names) {
            switch (name) {
                case "reply" -> reply(run(ReplyBenchmark.class), report);
                case "cache" -> times(run(CachedTextBenchmark.class), report);
                case "disk" -> times(run(DiskBenchmark.class), report);
                case "analysis" -> analysis(run(AnalysisBenchmark.class), report);
                default ->
                    throw new IllegalArgumentException(
                            "expected [reply], [cache], [disk] or [analysis], got [" + name + "]");
            }
        }
        PrintStream out = System.out;
        report.forEach(out::println);
    }

    private static Map<String, RunResult> run(Class<?> benchmarks) throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("\\." + benchmarks.getSimpleName() + "\\.")
                        .addProfiler(GCProfiler.class)
                        .shouldFailOnError(true)
                        .build())
                .run();
        Map<String, RunResult> byName = new TreeMap<>();
        for (RunResult result : results) {
            String length = result.getParams().getParam("length");
            String method = result.getPrimaryResult().getLabel();
            byName.put(length == null ? method : method + " of " + length + " characters", result);
        }
        return byName;
    }

    private static double allocated(RunResult result) {
        return result.getSecondaryResults().get("gc.alloc.rate.norm").getScore();
    }

    private static void times(Map<String, RunResult> results, List<String> report) {
        report.add("");
        report.add("| | time | error | bytes allocated |");
        report.add("|---|---|---|---|");
        results.forEach((name, result) -> {
            Result<?> time = result.getPrimaryResult();
            report.add(String.format(
                    Locale.ROOT,
                    "| %s | %,.3f %s | %,.3f | %,.0f |",
                    name,
                    time.getScore(),
                    time.getScoreUnit(),
                    time.getScoreError(),
                    allocated(result)));
        });
    }

    private static void analysis(Map<String, RunResult> results, List<String> report) throws IOException {
        long bytes = AnalysisBenchmark.bytes();
        double standard = results.get("standard").getPrimaryResult().getScore();
        report.add("");
        report.add(String.format(Locale.ROOT, "| of %,d bytes | ms | error | MB/s | time, standard = 1 |", bytes));
        report.add("|---|---|---|---|---|");
        results.forEach((name, result) -> {
            double millis = result.getPrimaryResult().getScore();
            report.add(String.format(
                    Locale.ROOT,
                    "| %s | %.1f | %.1f | %.1f | %.2f |",
                    name,
                    millis,
                    result.getPrimaryResult().getScoreError(),
                    bytes / millis / 1000,
                    millis / standard));
        });
    }

    private static void reply(Map<String, RunResult> results, List<String> report) {
        double vectorBytes = (double) Float.BYTES * ReplyBenchmark.DIMENSIONS;
        double base64 = results.get("base64").getPrimaryResult().getScore();
        report.add("");
        report.add("| | ms | error | MB/s | bytes allocated a vector | of the vector's own | time, base64 = 1 |");
        report.add("|---|---|---|---|---|---|---|");
        results.forEach((name, result) -> {
            double millis = result.getPrimaryResult().getScore();
            double allocated = allocated(result) / ReplyBenchmark.VECTORS;
            report.add(String.format(
                    Locale.ROOT,
                    "| %s | %.1f | %.1f | %.0f | %,.0f | %.2f | %.1f |",
                    name,
                    millis,
                    result.getPrimaryResult().getScoreError(),
                    ReplyBenchmark.bytes(name) / millis / 1000,
                    allocated,
                    allocated / vectorBytes,
                    millis / base64));
        });
    }
}
