/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embeddingsearch.model.KnownModel;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.quickstart.Rest;
import dev.embeddingsearch.quickstart.cluster.LocalServer;
import dev.embeddingsearch.quickstart.cluster.Ports;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The vectors of a data set's texts, each with the prefix that the plugin would put before it: from the cache or else
 * from the project's embedding server, which runs only when needed.
 */
public final class Vectors {

    /** The model of the benchmarks that do not compare models. */
    public static final String DEFAULT_MODEL = "all-minilm-l6-v2";

    private static final int BATCH = 32;

    private final ObjectMapper json = new ObjectMapper();
    private final KnownModel model;
    private final VectorCache cache;
    private final Path serverJar;
    private final Path serverFolder;
    private final PrintStream out;

    /** @param folder of the cache */
    public Vectors(KnownModel model, Path folder, Path serverJar, PrintStream out) throws IOException {
        this.model = model;
        this.cache = new VectorCache(folder.resolve(model.id() + ".vectors"), model.dimensions());
        this.serverJar = serverJar;
        this.serverFolder = folder.resolve("server");
        this.out = out;
    }

    /** Embeds those of the set's texts that the cache lacks. */
    public void prepare(Dataset set) throws IOException {
        Stream<String> documents = set.documents().stream().map(document -> sent(Side.DOCUMENT, document.text()));
        Stream<String> queries = set.queries().stream().map(query -> sent(Side.QUERY, query.text()));
        List<String> missing = Stream.concat(documents, queries)
                .distinct()
                .filter(text -> cache.find(text).isEmpty())
                .toList();
        if (missing.isEmpty()) {
            return;
        }
        Path folder = Files.createDirectories(serverFolder);
        try (LocalServer server = LocalServer.start(serverJar, folder, model.id(), Ports.free());
                Rest rest = new Rest(URI.create(server.url() + "/"))) {
            Duration before = cpu(server);
            for (int from = 0; from < missing.size(); from += BATCH) {
                embed(rest, missing.subList(from, Math.min(from + BATCH, missing.size())));
            }
            double millis = (double) cpu(server).minus(before).toMillis() / missing.size();
            out.printf(
                    Locale.ROOT, "Embedded %d texts of %s: %.1f ms of CPU each%n", missing.size(), set.name(), millis);
        }
    }

    private static Duration cpu(LocalServer server) {
        return server.process().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    public int dimensions() {
        return model.dimensions();
    }

    /** The base64 form of a prepared text's vector. */
    public String of(Side side, String text) {
        return Base64.getEncoder().encodeToString(cache.find(sent(side, text)).orElseThrow());
    }

    private String sent(Side side, String text) {
        return model.prefixes().of(side) + text;
    }

    private void embed(Rest rest, List<String> texts) throws IOException {
        ObjectNode request = json.createObjectNode().put("model", model.id()).put("encoding_format", "base64");
        request.set("input", json.valueToTree(texts));
        for (JsonNode item : rest.send("POST", "embeddings", request.toString()).path("data")) {
            String text = texts.get(item.path("index").asInt());
            cache.add(text, Base64.getDecoder().decode(item.path("embedding").asText()));
        }
    }
}
