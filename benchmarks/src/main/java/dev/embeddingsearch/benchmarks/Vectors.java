/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embeddingsearch.quickstart.Rest;
import dev.embeddingsearch.quickstart.cluster.LocalServer;
import dev.embeddingsearch.quickstart.cluster.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/** The vectors of texts, from the cache or else from the project's embedding server, which runs only when needed. */
public final class Vectors {

    public static final String MODEL = "all-minilm-l6-v2";
    public static final int DIMENSIONS = 384;

    private static final int BATCH = 32;

    private final ObjectMapper json = new ObjectMapper();
    private final VectorCache cache;
    private final Path serverJar;
    private final Path serverFolder;

    public Vectors(Path folder, Path serverJar) throws IOException {
        this.cache = new VectorCache(folder.resolve(MODEL + ".vectors"), DIMENSIONS);
        this.serverJar = serverJar;
        this.serverFolder = folder.resolve("server");
    }

    /** Embeds those of the texts that the cache lacks. */
    public void prepare(List<String> texts) throws IOException {
        List<String> missing = texts.stream()
                .distinct()
                .filter(text -> cache.find(text).isEmpty())
                .toList();
        if (missing.isEmpty()) {
            return;
        }
        try (LocalServer server =
                        LocalServer.start(serverJar, Files.createDirectories(serverFolder), MODEL, Ports.free());
                Rest rest = new Rest(URI.create(server.url() + "/"))) {
            for (int from = 0; from < missing.size(); from += BATCH) {
                embed(rest, missing.subList(from, Math.min(from + BATCH, missing.size())));
            }
        }
    }

    /** The base64 form of a prepared text's vector. */
    public String of(String text) {
        return Base64.getEncoder().encodeToString(cache.find(text).orElseThrow());
    }

    private void embed(Rest rest, List<String> texts) throws IOException {
        ObjectNode request = json.createObjectNode().put("model", MODEL).put("encoding_format", "base64");
        request.set("input", json.valueToTree(texts));
        for (JsonNode item : rest.send("POST", "embeddings", request.toString()).path("data")) {
            String text = texts.get(item.path("index").asInt());
            cache.add(text, Base64.getDecoder().decode(item.path("embedding").asText()));
        }
    }
}
