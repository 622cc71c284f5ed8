/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.embeddingsearch.embedding.http.EmbeddingsCall.Target;
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
 * Writes the bodies of requests. Once a service has refused an optional parameter by name, later requests to the
 * service omit the parameter: a service without base64 sends numbers, and vectors of a service that cannot shorten them
 * are shortened by this plugin.
 */
final class RequestBodies {

    private static final MediaType JSON = MediaType.get("application/json");

    private static final Map<String, List<String>> WORDS = Map.of(
            "encoding_format", List.of("encoding_format", "base64"),
            "dimensions", List.of("dimension", "matryoshka"));

    private final JsonFactory json;
    private final Map<Service, Set<String>> refused = new ConcurrentHashMap<>();

    private record Service(String url, String id) {

        static Service of(Target target) {
            return new Service(target.model().url(), target.model().modelId(target.side()));
        }
    }

    /**
     * A body.
     *
     * @param content its bytes
     * @param optional names of the optional parameters in it
     */
    record Body(RequestBody content, Set<String> optional) {}

    RequestBodies(JsonFactory json) {
        this.json = json;
    }

    Body write(EmbeddingsCall call) throws IOException {
        Target target = call.target();
        EmbeddingModel model = target.model();
        RequestFormat format = model.endpoint().format();
        Set<String> optional = Sets.difference(optional(target), refused.getOrDefault(Service.of(target), Set.of()));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator body = json.createGenerator(bytes)) {
            body.writeStartObject();
            body.writeStringField("model", model.modelId(target.side()));
            body.writeArrayFieldStart("input");
            for (String text : call.texts()) {
                body.writeString(text);
            }
            body.writeEndArray();
            if (mustSendDimensions(target) || optional.contains("dimensions")) {
                body.writeNumberField("dimensions", target.shape().sent());
            }
            if (optional.contains("encoding_format")) {
                body.writeStringField("encoding_format", "base64");
            }
            for (Map.Entry<String, Object> parameter :
                    format.parameters(target.side()).entrySet()) {
                body.writeFieldName(parameter.getKey());
                body.writePOJO(parameter.getValue());
            }
            body.writeEndObject();
        }
        return new Body(RequestBody.create(bytes.toByteArray(), JSON), optional);
    }

    private static Set<String> optional(Target target) {
        boolean dimensions = target.shape().sent() > 0 && !mustSendDimensions(target);
        boolean base64 = !target.model().endpoint().format().floats();
        return Sets.union(dimensions ? Set.of("dimensions") : Set.of(), base64 ? Set.of("encoding_format") : Set.of());
    }

    /**
     * Whether a request must name the dimensions: the service is known to accept them and returns longer vectors
     * without them, or a setting demands it.
     */
    private static boolean mustSendDimensions(Target target) {
        boolean required = target.model().takesDimensions()
                || target.model().endpoint().format().dimensions() == RequestFormat.Dimensions.ALWAYS;
        return target.shape().sent() > 0 && required;
    }

    /**
     * Remembers optional parameters that a refusal names; returns whether it names any, so that a retry may succeed.
     */
    boolean refused(EmbeddingsCall call, Body body, ServiceError error) {
        String says = (error.code() + " " + error.message()).toLowerCase(Locale.ROOT);
        boolean named = false;
        for (String parameter : body.optional()) {
            if (WORDS.get(parameter).stream().anyMatch(says::contains)) {
                named = true;
                refused.computeIfAbsent(Service.of(call.target()), service -> ConcurrentHashMap.newKeySet())
                        .add(parameter);
            }
        }
        return named;
    }
}
