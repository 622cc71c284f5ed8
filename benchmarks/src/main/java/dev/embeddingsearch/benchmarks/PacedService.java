/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Speaks the embeddings API on the loopback address, counts, and answers each request after the same time. */
final class PacedService implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger inputs = new AtomicInteger();
    private final long latencyNanos;
    private final String vector;

    PacedService(long latencyMillis, int dimensions) throws IOException {
        this.latencyNanos = TimeUnit.MILLISECONDS.toNanos(latencyMillis);
        byte[] bytes = new byte[Float.BYTES * dimensions];
        Arrays.fill(bytes, (byte) 60); // any number but 0
        this.vector = Base64.getEncoder().encodeToString(bytes);
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    int requests() {
        return requests.get();
    }

    int inputs() {
        return inputs.get();
    }

    void reset() {
        requests.set(0);
        inputs.set(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        long answerAt = System.nanoTime() + latencyNanos;
        try (exchange) {
            JsonNode texts = JSON.readTree(exchange.getRequestBody()).get("input");
            requests.incrementAndGet();
            inputs.addAndGet(texts.size());
            for (long left = latencyNanos; left > 0; left = answerAt - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 0);
            write(exchange.getResponseBody(), texts.size());
        }
    }

    private void write(OutputStream out, int vectors) throws IOException {
        write(out, "{\"data\":[");
        for (int i = 0; i < vectors; i++) {
            write(out, (i == 0 ? "" : ",") + "{\"index\":" + i + ",\"embedding\":\"" + vector + "\"}");
        }
        write(out, "]}");
    }

    private static void write(OutputStream out, String ascii) throws IOException {
        out.write(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
