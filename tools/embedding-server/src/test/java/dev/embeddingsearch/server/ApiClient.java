/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embeddingsearch.testkit.Base64Vector;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** Speaks to a server under test. */
final class ApiClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final String root;

    /** @param baseUrl as the server reports it, with /v1 at its end */
    ApiClient(String baseUrl) {
        this.root = baseUrl.substring(0, baseUrl.length() - "/v1".length());
    }

    record Answer(int status, HttpResponse<byte[]> response, JsonNode json) {
        String error(String field) {
            return json.path("error").path(field).asText();
        }

        float[] vector(int index) {
            JsonNode embedding = json.path("data").path(index).path("embedding");
            return embedding.isTextual() ? Base64Vector.read(embedding.textValue()) : floats(embedding);
        }

        private static float[] floats(JsonNode array) {
            float[] vector = new float[array.size()];
            for (int i = 0; i < vector.length; i++) {
                vector[i] = array.get(i).floatValue();
            }
            return vector;
        }
    }

    Answer embed(String json) throws IOException, InterruptedException {
        return send("POST", "/v1/embeddings", "application/json", BodyPublishers.ofString(json));
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send("GET", path, null, BodyPublishers.noBody());
    }

    Answer send(String method, String path, String contentType, BodyPublisher body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(root + path))
                .version(HttpClient.Version.HTTP_1_1)
                .method(method, body);
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
        return new Answer(response.statusCode(), response, JSON.readTree(response.body()));
    }

    @Override
    public void close() {
        http.close();
    }
}
