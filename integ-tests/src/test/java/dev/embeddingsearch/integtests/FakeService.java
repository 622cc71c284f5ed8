/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** A service that speaks the embeddings API: remembers what it was asked for, and answers {@link HashVectors} or a script. */
final class FakeService implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int OTHER_DIMENSIONS = 1536;
    private static final Map<String, Integer> DIMENSIONS = Map.of(
            "text-embedding-3-small", 1536,
            "text-embedding-3-large", 3072,
            "text-similarity-davinci-001", 12288,
            "text-search-ada-doc-001", 1024,
            "text-search-ada-query-001", 1024);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Function<Call, Reply>> script = new AtomicReference<>(FakeService::vectors);

    /**
     * What was asked for.
     *
     * @param dimensions 0 when the request does not say
     * @param authorization the header, or null
     */
    record Call(String model, List<String> inputs, int dimensions, String authorization) {}

    /** An answer. */
    record Reply(int status, String body) {
        static Reply error(int status, String code, String message) {
            ObjectNode body = JSON.createObjectNode();
            body.putObject("error").put("message", message).put("code", code);
            return new Reply(status, body.toString());
        }
    }

    FakeService() throws IOException {
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/v1/embeddings", this::handle);
        server.start();
    }

    /** The base URL of its API. */
    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    /** Lets {@code answer} decide from now on. */
    void script(Function<Call, Reply> answer) {
        script.set(answer);
    }

    /** Answers as usual again and forgets all calls. */
    void reset() {
        script(FakeService::vectors);
        calls.clear();
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    /** All texts of all calls. */
    List<String> inputs() {
        return calls.stream().flatMap(call -> call.inputs().stream()).toList();
    }

    /** The usual answer; its entries stand in reverse, for only {@code index} tells whose they are. */
    static Reply vectors(Call call) {
        int dimensions =
                call.dimensions() > 0 ? call.dimensions() : DIMENSIONS.getOrDefault(call.model(), OTHER_DIMENSIONS);
        List<float[]> vectors = call.inputs().stream()
                .map(text -> HashVectors.of(call.model(), text, dimensions))
                .toList();
        return vectors(vectors);
    }

    /** An answer of these vectors. */
    static Reply vectors(List<float[]> vectors) {
        ObjectNode body = JSON.createObjectNode();
        ArrayNode data = body.put("object", "list").putArray("data");
        for (int i = vectors.size() - 1; i >= 0; i--) {
            data.addObject()
                    .put("object", "embedding")
                    .put("index", i)
                    .put("embedding", Base64Vector.of(vectors.get(i)));
        }
        body.putObject("usage").put("prompt_tokens", 1).put("total_tokens", 1);
        return new Reply(200, body.toString());
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode asked = JSON.readTree(exchange.getRequestBody());
            List<String> inputs = new ArrayList<>();
            asked.get("input").forEach(input -> inputs.add(input.asText()));
            Call call = new Call(
                    asked.get("model").asText(),
                    List.copyOf(inputs),
                    asked.path("dimensions").asInt(0),
                    exchange.getRequestHeaders().getFirst("Authorization"));
            calls.add(call);
            Reply reply = script.get().apply(call);
            byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(reply.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
