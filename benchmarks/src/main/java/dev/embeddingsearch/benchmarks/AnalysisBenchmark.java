/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import dev.embeddingsearch.analysis.CodeAnalyzer;
import dev.embeddingsearch.analysis.IdentifierSplitting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.tokenattributes.TermToBytesRefAttribute;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Reads the sources of the plugin as the analyzers do, from texts to the bytes of terms. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 8, time = 2)
@Fork(2)
public class AnalysisBenchmark {

    private static final Path SOURCES = Path.of("plugin/src");

    private final Analyzer standard = new StandardAnalyzer();
    private final Analyzer code = new CodeAnalyzer(false, IdentifierSplitting.DEFAULT, true, List.of());
    private final Analyzer unstemmed = new CodeAnalyzer(false, IdentifierSplitting.DEFAULT, false, List.of());
    private List<String> texts;

    /** Reads the sources, from the project's root. */
    @Setup
    public void read() throws IOException {
        texts = sources();
    }

    private static List<String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .map(AnalysisBenchmark::text)
                    .toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How long the texts are together, for results in bytes. */
    static long bytes() throws IOException {
        return sources().stream()
                .mapToLong(text -> text.getBytes(StandardCharsets.UTF_8).length)
                .sum();
    }

    /** Words in lower case. */
    @Benchmark
    public long standard() throws IOException {
        return read(standard);
    }

    /** Analyzer {@code code}. */
    @Benchmark
    public long code() throws IOException {
        return read(code);
    }

    /** The same without stems. */
    @Benchmark
    public long codeUnstemmed() throws IOException {
        return read(unstemmed);
    }

    private long read(Analyzer analyzer) throws IOException {
        long bytes = 0;
        for (String text : texts) {
            try (TokenStream stream = analyzer.tokenStream("code", text)) {
                TermToBytesRefAttribute term = stream.getAttribute(TermToBytesRefAttribute.class);
                stream.reset();
                while (stream.incrementToken()) {
                    bytes += term.getBytesRef().length;
                }
                stream.end();
            }
        }
        return bytes;
    }
}
