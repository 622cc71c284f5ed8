/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Talks JSON to OpenSearch; what it refuses becomes a sentence with its reason. */
public final class Rest implements AutoCloseable {

    // A bulk request waits for its embeddings.
    private static final Duration TIMEOUT = Duration.ofMinutes(3);

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final URI base;
    private final Duration timeout;

    public Rest(URI base) {
        this(base, TIMEOUT);
    }

    public Rest(URI base, Duration timeout) {
        this.base = base;
        this.timeout = timeout;
    }

    /** Sends a request; an empty body for none. */
    public JsonNode send(String method, String path, String body) {
        try {
            return json.readTree(exchange(method, path, body));
        } catch (IOException e) {
            throw noAnswer(method, path, e);
        }
    }

    /** As {@link #send}, without reading the reply. */
    public String exchange(String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            if (response.statusCode() >= 400) {
                throw new SetupException("OpenSearch refused %s %s (%s): %s"
                        .formatted(method, path, response.statusCode(), reason(json.readTree(response.body()))));
            }
            return response.body();
        } catch (IOException e) {
            throw noAnswer(method, path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SetupException("Interrupted during %s %s.".formatted(method, path), e);
        }
    }

    private static SetupException noAnswer(String method, String path, IOException cause) {
        return new SetupException("No answer from OpenSearch to %s %s: %s".formatted(method, path, cause), cause);
    }

    /** What an error reply gives as its reason, with the cause behind it. */
    static String reason(JsonNode reply) {
        JsonNode error = reply.path("error").isMissingNode() ? reply : reply.path("error");
        String reason = error.path("reason").asText(error.toString());
        String cause = error.path("caused_by").path("reason").asText("");
        return cause.isEmpty() || reason.contains(cause) ? reason : reason + ": " + cause;
    }

    @Override
    public void close() {
        http.close();
    }
}
