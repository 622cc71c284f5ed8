/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.testkit;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Speaks the embeddings API on loopback: records its calls, and replies with the vectors of the texts, or with what a
 * script decides.
 */
public final class FakeEmbeddingService implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int OTHER_DIMENSIONS = 1536;
    private static final Map<String, Integer> DIMENSIONS = Map.of(
            "text-embedding-3-large", 3072,
            "text-similarity-davinci-001", 12288,
            "text-search-ada-doc-001", 1024,
            "text-search-ada-query-001", 1024);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("fake-embedding-service-", 0).factory());
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Vectors vectors;
    private volatile Function<Call, Reply> script = this::vectors;
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile int dimensions;

    /** The vector of a text in a model. */
    public interface Vectors {
        /** The vector of this length. */
        float[] of(String model, String text, int dimensions);
    }

    /** A service whose vectors follow from the texts alone. */
    public FakeEmbeddingService() throws IOException {
        this((model, text, dimensions) -> TextVectors.of(text, dimensions));
    }

    /** A service of these vectors. */
    public FakeEmbeddingService(Vectors vectors) throws IOException {
        this.vectors = vectors;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** The base URL of the API. */
    public String url() {
        return "http://127.0.0.1:" + port() + "/v1";
    }

    /** The port on loopback. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Has the script reply from now on. It runs on a thread of the service. */
    public void script(Function<Call, Reply> reply) {
        script = reply;
    }

    /** Sets how many dimensions a model has, in place of those of OpenAI's models. */
    public void dimensions(int number) {
        dimensions = number;
    }

    /** Has calls wait until the latch is opened; each then gets the reply of the script that was set when it came. */
    public CountDownLatch hold() {
        gate = new CountDownLatch(1);
        return gate;
    }

    /** Replies to further calls at once and with vectors, and forgets the calls so far. */
    public void reset() {
        script = this::vectors;
        gate = new CountDownLatch(0);
        calls.clear();
    }

    /** Forgets all calls. */
    public void forgetCalls() {
        calls.clear();
    }

    /** The calls so far, in order. */
    public List<Call> calls() {
        return List.copyOf(calls);
    }

    /** Waits until so many calls have come. */
    public void awaitCalls(int count) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        synchronized (calls) {
            while (calls.size() < count) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    throw new AssertionError("expected [" + count + "] calls, got " + calls);
                }
                TimeUnit.NANOSECONDS.timedWait(calls, left);
            }
        }
    }

    /** All texts of all calls. */
    public List<String> inputs() {
        return calls.stream().flatMap(call -> call.inputs().stream()).toList();
    }

    /** The right reply: vectors in base64 if the call says so, else as arrays of numbers. */
    public Reply vectors(Call call) {
        List<float[]> found = call.inputs().stream()
                .map(text -> vectors.of(call.model(), text, dimensionsOf(call)))
                .toList();
        return "base64".equals(call.body().get("encoding_format")) ? Reply.vectors(found) : Reply.embeddings(found);
    }

    private int dimensionsOf(Call call) {
        if (call.dimensions() > 0) {
            return call.dimensions();
        }
        return dimensions > 0 ? dimensions : DIMENSIONS.getOrDefault(call.model(), OTHER_DIMENSIONS);
    }

    private void handle(HttpExchange exchange) throws IOException {
        long start = System.nanoTime();
        try (exchange) {
            Call call = read(exchange);
            Function<Call, Reply> scriptOfCall = script; // before a test sees the call and sets another
            CountDownLatch gateOfCall = gate;
            synchronized (calls) {
                calls.add(call);
                calls.notifyAll();
            }
            gateOfCall.await();
            Reply reply = scriptOfCall.apply(call);
            byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
            long left = reply.delay().toNanos() - (System.nanoTime() - start);
            if (!closed.await(left, TimeUnit.NANOSECONDS)) {
                reply.headers().forEach(exchange.getResponseHeaders()::set);
                exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            }
        } catch (InterruptedException e) {
            throw (IOException) new InterruptedIOException("closed").initCause(e);
        }
    }

    private static Call read(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
        Map<String, Object> body = JSON.readValue(exchange.getRequestBody(), new TypeReference<>() {});
        return new Call(exchange.getRequestURI().toString(), headers, body);
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
