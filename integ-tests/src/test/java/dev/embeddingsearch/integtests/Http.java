/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.Timeout;
import org.opensearch.client.Request;
import org.opensearch.client.Response;
import org.opensearch.client.ResponseException;
import org.opensearch.client.RestClient;

/** Talks to a node with OpenSearch's own client; an error is an answer like any other. */
@SuppressWarnings("deprecation") // since 3.8 the client names another one, which is not that of 3.6
final class Http implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final RestClient client;

    Http(URI node) {
        this.client = RestClient.builder(new HttpHost(node.getScheme(), node.getHost(), node.getPort()))
                .setRequestConfigCallback(config -> config.setResponseTimeout(Timeout.ofMinutes(2)))
                .build();
    }

    Answer get(String path) {
        return send("GET", path, null);
    }

    Answer put(String path, String json) {
        return send("PUT", path, json);
    }

    Answer post(String path, String json) {
        return send("POST", path, json);
    }

    Answer delete(String path) {
        return send("DELETE", path, null);
    }

    /** Searches an index and expects success. */
    Answer search(String index, String json) {
        return post(index + "/_search", json).expect(200);
    }

    /** Sends the lines of a bulk request, visible to searches once answered. */
    Answer bulk(String path, String lines) {
        Request request = new Request("POST", path);
        request.addParameter("refresh", "true");
        request.setEntity(new StringEntity(lines, ContentType.create("application/x-ndjson", StandardCharsets.UTF_8)));
        return send(request);
    }

    /** The stored document. */
    JsonNode source(String index, String id) {
        return get(index + "/_doc/" + id).expect(200).at("/_source");
    }

    private Answer send(String method, String path, String json) {
        Request request = new Request(method, path);
        if (json != null) {
            request.setJsonEntity(json);
        }
        return send(request);
    }

    Answer send(Request request) {
        try {
            return answer(client.performRequest(request));
        } catch (ResponseException e) {
            return answer(e.getResponse());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Answer answer(Response response) {
        try {
            byte[] bytes = response.getEntity() == null
                    ? new byte[0]
                    : response.getEntity().getContent().readAllBytes();
            return new Answer(response.getStatusLine().getStatusCode(), json(bytes), warnings(response));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> warnings(Response response) {
        return List.copyOf(response.getWarnings());
    }

    private static JsonNode json(byte[] bytes) throws IOException {
        try {
            return JSON.readTree(bytes);
        } catch (JsonProcessingException notJson) {
            return new TextNode(new String(bytes, StandardCharsets.UTF_8));
        }
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
