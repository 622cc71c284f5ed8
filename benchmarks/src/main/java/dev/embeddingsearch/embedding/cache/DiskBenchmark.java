/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

import dev.embeddingsearch.embedding.http.ReplyBenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Opens, reads and writes vectors on disk; the files are in the operating system's cache. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 4, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx1g")
public class DiskBenchmark {

    private static final int MANY = 1_000_000;
    private static final int SOME = 20_000;
    private static final long ROOM = 256L << 20;
    private static final long INDEX_ROOM = 256L << 20;

    private final SplittableRandom random = new SplittableRandom(42);
    private Path many;
    private Path some;
    private VectorFiles files;
    private long written;

    /** Writes a million short vectors, whose number decides over the time to open, and some of usual length. */
    @Setup
    public void fill() throws IOException {
        many = Files.createTempDirectory("many");
        try (VectorFiles filled = VectorFiles.open(many, ROOM, INDEX_ROOM)) {
            for (int n = 0; n < MANY; n++) {
                filled.write(key(n), new float[8]);
            }
            if (filled.entries() != MANY) {
                throw new IllegalStateException("expected [" + MANY + "] vectors, got [" + filled.entries() + "]");
            }
        }
        some = Files.createTempDirectory("some");
        files = VectorFiles.open(some, ROOM, INDEX_ROOM);
        for (written = 0; written < SOME; written++) {
            files.write(key(written), new float[ReplyBenchmark.DIMENSIONS]);
        }
    }

    private static VectorKey key(long n) {
        SplittableRandom digits = new SplittableRandom(n);
        return new VectorKey(digits.nextLong(), digits.nextLong(), digits.nextLong(), digits.nextLong());
    }

    /** Removes the files. */
    @TearDown
    public void delete() throws IOException {
        files.close();
        VectorFiles.delete(some);
        VectorFiles.delete(many);
    }

    /** What a start with a million vectors costs. */
    @Benchmark
    public long openMillion() throws IOException {
        try (VectorFiles opened = VectorFiles.open(many, ROOM, INDEX_ROOM)) {
            return opened.entries();
        }
    }

    /** One vector of 1,536 dimensions that is there. */
    @Benchmark
    public float[] read() throws IOException {
        return files.read(key(written - 1 - random.nextInt(SOME)));
    }

    /** One more, the oldest ones being deleted. */
    @Benchmark
    public void write() throws IOException {
        files.write(key(written++), new float[ReplyBenchmark.DIMENSIONS]);
    }
}
