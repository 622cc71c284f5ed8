/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.cache.CachingEmbedder;
import dev.embeddingsearch.embedding.cache.DiskCache;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Side;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.unit.ByteSizeUnit;
import org.opensearch.core.common.unit.ByteSizeValue;

/** What a search with a text that was embedded before costs more than one with a vector of its own. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CachedTextBenchmark {

    /** Characters in the text. */
    @Param({"25", "2500"})
    public int length;

    private CachingEmbedder embedder;
    private String text;
    private float[] given;

    /** Embeds the text for the first time. */
    @Setup
    public void embedOnce() {
        ThreadContext context = new ThreadContext(Settings.EMPTY);
        given = new float[1536];
        Embedder service = (request, listener) -> listener.onResponse(List.of(EmbeddingResult.of(given.clone())));
        ByteSizeValue memory = new ByteSizeValue(64, ByteSizeUnit.MB);
        DiskCache noDisk = new DiskCache(ByteSizeValue.ZERO, Runnable::run, context);
        embedder = new CachingEmbedder(service, new Models(Settings.EMPTY), memory, noDisk, context);
        text = "winter sport with brooms ".repeat(length / 25);
        cachedText();
        cachedText();
        if (embedder.stats().hits() != 1) {
            throw new IllegalStateException("expected the text to be found in memory");
        }
    }

    /** From the text to its vector. */
    @Benchmark
    public float[] cachedText() {
        AtomicReference<float[]> vector = new AtomicReference<>();
        EmbeddingRequest request = new EmbeddingRequest("default", Side.QUERY, InputType.TEXT, 0, List.of(text));
        embedder.embed(
                request,
                ActionListener.wrap(results -> vector.set(results.getFirst().vector()), e -> {
                    throw new IllegalStateException(e);
                }));
        return vector.get();
    }

    /** A vector that is at hand, copied as the other one is. */
    @Benchmark
    public float[] givenVector() {
        return given.clone();
    }
}
