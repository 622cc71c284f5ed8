/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntConsumer;

/** Creates an index from its definition beside this class and fills it with plain bulk requests. */
final class Loader {

    // Small enough for a progress that moves, large enough for a model that works on batches.
    private static final int BATCH = 64;

    private final Rest rest;

    Loader(Rest rest) {
        this.rest = rest;
    }

    /**
     * Makes the index anew.
     *
     * @param progress told how many documents are in
     */
    void load(String index, List<JsonNode> documents, IntConsumer progress) throws IOException {
        rest.send("DELETE", index + "?ignore_unavailable=true", "");
        rest.send("PUT", index, definition(index));
        for (int from = 0; from < documents.size(); from += BATCH) {
            int to = Math.min(from + BATCH, documents.size());
            JsonNode reply = rest.send(
                    "POST", index + "/_bulk?filter_path=errors,items.*.error", bulk(documents.subList(from, to)));
            requireNoErrors(index, reply);
            progress.accept(to);
        }
        rest.send("POST", index + "/_refresh", "");
    }

    static String bulk(List<JsonNode> documents) {
        StringBuilder lines = new StringBuilder();
        documents.forEach(
                document -> lines.append("{\"index\":{}}\n").append(document).append('\n'));
        return lines.toString();
    }

    static void requireNoErrors(String index, JsonNode reply) {
        if (reply.path("errors").asBoolean()) {
            List<JsonNode> errors = reply.findValues("error");
            throw new SetupException("OpenSearch refused %s documents for [%s]; the first because: %s"
                    .formatted(errors.size(), index, Rest.reason(errors.getFirst())));
        }
    }

    private static String definition(String index) throws IOException {
        try (InputStream json = Loader.class.getResourceAsStream(index + "-index.json")) {
            return new String(json.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
