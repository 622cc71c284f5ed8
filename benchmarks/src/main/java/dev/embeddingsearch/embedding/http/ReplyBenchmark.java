/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embeddingsearch.embedding.VectorShape;
import dev.embeddingsearch.testkit.Base64Vector;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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

/** Reads the largest reply there is, from bytes to vectors: the plugin's way, and the usual ways of Jackson. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
public class ReplyBenchmark {

    /** Vectors in the reply. */
    public static final int VECTORS = 2048;

    /** Length of each. */
    public static final int DIMENSIONS = 1536;

    private final JsonFactory json = ReplyParser.jsonFactory();
    private final ObjectMapper mapper =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
    private byte[] base64;
    private byte[] floats;

    /** Makes both replies, of the same vectors. */
    @Setup
    public void write() {
        float[][] vectors = vectors();
        base64 = reply(vectors, vector -> "\"" + Base64Vector.of(vector) + "\"");
        floats = reply(vectors, ReplyBenchmark::array);
    }

    private static float[][] vectors() {
        SplittableRandom random = new SplittableRandom(42);
        float[][] vectors = new float[VECTORS][DIMENSIONS];
        for (float[] vector : vectors) {
            for (int i = 0; i < DIMENSIONS; i++) {
                vector[i] = (float) (random.nextGaussian() / Math.sqrt(DIMENSIONS));
            }
        }
        return vectors;
    }

    private interface Format {
        String write(float[] vector);
    }

    private static byte[] reply(float[][] vectors, Format format) {
        return IntStream.range(0, vectors.length)
                .mapToObj(i ->
                        "{\"object\":\"embedding\",\"index\":" + i + ",\"embedding\":" + format.write(vectors[i]) + "}")
                .collect(Collectors.joining(
                        ",",
                        "{\"object\":\"list\",\"data\":[",
                        "],\"model\":\"text-embedding-3-small\",\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}"))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String array(float[] vector) {
        return IntStream.range(0, vector.length)
                .mapToObj(i -> Float.toString(vector[i]))
                .collect(Collectors.joining(",", "[", "]"));
    }

    /** How long the replies are, for results in bytes. */
    public static long bytes(String benchmark) {
        ReplyBenchmark replies = new ReplyBenchmark();
        replies.write();
        return benchmark.equals("base64") ? replies.base64.length : replies.floats.length;
    }

    /** What the plugin asks for, read by the plugin. */
    @Benchmark
    public float[][] base64() throws IOException, ServiceErrorException {
        return parse(base64);
    }

    /** What services send that know no base64, read by the plugin. */
    @Benchmark
    public float[][] floats() throws IOException, ServiceErrorException {
        return parse(floats);
    }

    private float[][] parse(byte[] reply) throws IOException, ServiceErrorException {
        VectorShape shape = new VectorShape(0, DIMENSIONS, DIMENSIONS);
        return new ReplyParser(json, shape, VECTORS)
                .parse(new BoundedInputStream(new ByteArrayInputStream(reply), Long.MAX_VALUE));
    }

    /** A reply as classes for data binding usually have it. */
    record Reply(List<Entry> data) {}

    /** A vector of it. */
    record Entry(int index, List<Double> embedding) {}

    /** Numbers bound to lists of {@code Double}. */
    @Benchmark
    public Object jacksonLists() throws IOException {
        return mapper.readValue(new ByteArrayInputStream(floats), Reply.class);
    }

    /** Numbers as a tree, then as lists of {@code Double}. */
    @Benchmark
    public Object jacksonTree() throws IOException {
        List<List<Double>> vectors = new ArrayList<>();
        for (JsonNode entry : mapper.readTree(new ByteArrayInputStream(floats)).get("data")) {
            List<Double> vector = new ArrayList<>();
            entry.get("embedding").forEach(number -> vector.add(number.doubleValue()));
            vectors.add(vector);
        }
        return vectors;
    }
}
