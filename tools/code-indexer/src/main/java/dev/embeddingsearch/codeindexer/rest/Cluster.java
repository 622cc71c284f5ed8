/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/** A cluster at an address. Used by several threads. */
public final class Cluster implements AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    // A bulk request waits for its embeddings.
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
    private final URI base;
    private final String authorization;

    /**
     * A cluster, which need not be there yet.
     *
     * @param login name and password, joined by a colon; empty for none
     */
    public Cluster(URI base, String login) {
        this.base = base.getPath().endsWith("/") ? base : URI.create(base + "/");
        this.authorization = login.isEmpty()
                ? ""
                : "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a request that must succeed; an empty body for none. */
    public JsonNode require(String method, String path, String body) {
        Reply reply = send(method, path, body);
        if (!reply.ok()) {
            throw new IndexerException("OpenSearch refused %s %s (%s): %s"
                    .formatted(method, path, String.valueOf(reply.status()), Reply.reason(reply.body())));
        }
        return reply.body();
    }

    /** Sends a request and returns the answer, whatever it is. */
    public Reply send(String method, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            return new Reply(response.statusCode(), parse(response.body()));
        } catch (IOException e) {
            throw new IndexerException("no answer from OpenSearch at [%s]: %s".formatted(base, e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IndexerException("interrupted", e);
        }
    }

    private JsonNode parse(String body) {
        try {
            return json.readTree(body);
        } catch (JsonProcessingException notJson) {
            // A proxy's page, say.
            return new TextNode(body);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
