/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.testkit;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Test;

public class FakeEmbeddingServiceTests {

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final FakeEmbeddingService service;

    public FakeEmbeddingServiceTests() throws IOException {
        service = new FakeEmbeddingService();
    }

    @After
    public void close() {
        service.close();
        http.close();
    }

    private CompletableFuture<HttpResponse<String>> send(String more) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.url() + "/embeddings"))
                .header("Authorization", "Bearer key")
                .POST(BodyPublishers.ofString("{\"model\": \"m\", \"input\": [\"a\", \"b\"]" + more + "}"))
                .build();
        return http.sendAsync(request, BodyHandlers.ofString());
    }

    private JsonNode embedding(String reply, int index) throws IOException {
        for (JsonNode entry : json.readTree(reply).get("data")) {
            if (entry.get("index").asInt() == index) {
                return entry.get("embedding");
            }
        }
        throw new AssertionError("no entry [" + index + "] in [" + reply + "]");
    }

    @Test
    public void testEachTextGetsItsVector() throws Exception {
        String base64 = send(", \"dimensions\": 3, \"encoding_format\": \"base64\"")
                .get()
                .body();
        assertEquals(
                Base64Vector.of(TextVectors.of("a", 3)), embedding(base64, 0).textValue());
        assertEquals(
                Base64Vector.of(TextVectors.of("b", 3)), embedding(base64, 1).textValue());
        String numbers = send("").get().body();
        assertArrayEquals(TextVectors.of("b", 1536), json.convertValue(embedding(numbers, 1), float[].class), 0);
    }

    @Test
    public void testCallsAreRecorded() throws Exception {
        send(", \"dimensions\": 3").get();
        Call call = service.calls().getFirst();
        assertEquals("/v1/embeddings", call.target());
        assertEquals("Bearer key", call.authorization());
        assertEquals("m", call.model());
        assertEquals(3, call.dimensions());
        assertEquals(List.of("a", "b"), service.inputs());
        service.reset();
        assertEquals(List.of(), service.calls());
    }

    @Test
    public void testScriptDecides() throws Exception {
        service.script(call -> Reply.error(429, "slow", "a \"word\"").with("Retry-After", "7"));
        HttpResponse<String> reply = send("").get();
        assertEquals(429, reply.statusCode());
        assertEquals("7", reply.headers().firstValue("Retry-After").orElseThrow());
        assertEquals(
                "a \"word\"", json.readTree(reply.body()).at("/error/message").asText());
        service.reset();
        assertEquals(200, send("").get().statusCode());
    }

    @Test
    public void testReplyComesAfterItsDelay() throws Exception {
        service.script(call -> service.vectors(call).after(Duration.ofMillis(100)));
        long start = System.nanoTime();
        assertEquals(200, send("").get().statusCode());
        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(100));
    }

    @Test
    public void testHeldCallWaitsForTheLatch() throws Exception {
        CountDownLatch gate = service.hold();
        service.script(call -> Reply.json(418, "{}"));
        CompletableFuture<HttpResponse<String>> held = send("");
        service.awaitCalls(1);
        service.reset();
        assertEquals(200, send("").get().statusCode());
        assertFalse(held.isDone());
        gate.countDown();
        assertEquals(418, held.get().statusCode());
    }

    @Test
    public void testCloseEndsCallsWithoutReply() throws Exception {
        service.script(call -> Reply.NEVER);
        CompletableFuture<HttpResponse<String>> reply = send("");
        service.awaitCalls(1);
        service.close();
        assertThrows(ExecutionException.class, reply::get);
    }
}
