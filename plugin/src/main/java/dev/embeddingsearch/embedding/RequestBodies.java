/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.model.RequestFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import org.opensearch.common.util.set.Sets;

/**
 * Writes the bodies of requests. A parameter that nothing depends on, and that a service once refused by name, is left out
 * from then on: a service without base64 sends numbers, one that cannot shorten vectors has them shortened here.
 */
final class RequestBodies {

    private static final MediaType JSON = MediaType.get("application/json");

    private static final Map<String, List<String>> WORDS = Map.of(
            "encoding_format", List.of("encoding_format", "base64"),
            "dimensions", List.of("dimension", "matryoshka"));

    private final JsonFactory json;
    private final Map<Service, Set<String>> refused = new ConcurrentHashMap<>();

    private record Service(String url, String id) {

        static Service of(Batch batch) {
            return new Service(batch.model().url(), batch.model().modelId(batch.side()));
        }
    }

    /**
     * A body.
     *
     * @param content its bytes
     * @param optional names of the parameters that it has and could do without
     */
    record Body(RequestBody content, Set<String> optional) {}

    RequestBodies(JsonFactory json) {
        this.json = json;
    }

    Body write(Batch batch) throws IOException {
        EmbeddingModel model = batch.model();
        RequestFormat format = model.endpoint().format();
        Set<String> optional = Sets.difference(optional(batch), refused.getOrDefault(Service.of(batch), Set.of()));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator body = json.createGenerator(bytes)) {
            body.writeStartObject();
            body.writeStringField("model", model.modelId(batch.side()));
            body.writeArrayFieldStart("input");
            for (Input input : batch.inputs()) {
                body.writeString(input.text());
            }
            body.writeEndArray();
            if (mustSendDimensions(batch) || optional.contains("dimensions")) {
                body.writeNumberField("dimensions", batch.shape().sent());
            }
            if (optional.contains("encoding_format")) {
                body.writeStringField("encoding_format", "base64");
            }
            for (Map.Entry<String, Object> parameter :
                    format.parameters(batch.side()).entrySet()) {
                body.writeFieldName(parameter.getKey());
                body.writePOJO(parameter.getValue());
            }
            body.writeEndObject();
        }
        return new Body(RequestBody.create(bytes.toByteArray(), JSON), optional);
    }

    private static Set<String> optional(Batch batch) {
        boolean dimensions = batch.shape().sent() > 0 && !mustSendDimensions(batch);
        boolean base64 = !batch.model().endpoint().format().floats();
        return Sets.union(dimensions ? Set.of("dimensions") : Set.of(), base64 ? Set.of("encoding_format") : Set.of());
    }

    /** A vector of OpenAI's in full length is none of the shorter one that was asked for; what a setting says is meant. */
    private static boolean mustSendDimensions(Batch batch) {
        boolean meant = batch.model().takesDimensions()
                || batch.model().endpoint().format().dimensions() == RequestFormat.Dimensions.ALWAYS;
        return batch.shape().sent() > 0 && meant;
    }

    /** Takes note of a refusal; returns whether it named a parameter without which the request may pass. */
    boolean refused(Batch batch, Body body, ServiceError error) {
        String says = (error.code() + " " + error.message()).toLowerCase(Locale.ROOT);
        boolean named = false;
        for (String parameter : body.optional()) {
            if (WORDS.get(parameter).stream().anyMatch(says::contains)) {
                named = true;
                refused.computeIfAbsent(Service.of(batch), service -> ConcurrentHashMap.newKeySet())
                        .add(parameter);
            }
        }
        return named;
    }
}
