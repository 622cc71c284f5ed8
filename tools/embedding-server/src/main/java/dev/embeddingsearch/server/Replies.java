/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.embeddingsearch.server.EmbeddingModel.Embedded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Writes the API's replies: JSON in UTF-8, shaped as OpenAI's. */
final class Replies {
    private static final JsonFactory JSON = new JsonFactory();

    private Replies() {}

    static byte[] health() {
        return write(json -> json.writeStringField("status", "ok"));
    }

    static byte[] models(List<ServedModel> models) {
        return write(json -> {
            json.writeStringField("object", "list");
            json.writeArrayFieldStart("data");
            for (ServedModel model : models) {
                json.writeStartObject();
                describe(model, json);
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    static byte[] model(ServedModel model) {
        return write(json -> describe(model, json));
    }

    static byte[] embeddings(EmbeddingsRequest request, List<Embedded> embedded) {
        long tokens = embedded.stream().mapToLong(Embedded::tokens).sum();
        return write(json -> {
            json.writeStringField("object", "list");
            json.writeArrayFieldStart("data");
            for (int i = 0; i < embedded.size(); i++) {
                embedding(request, i, embedded.get(i).vector(), json);
            }
            json.writeEndArray();
            json.writeStringField("model", request.model().id());
            json.writeObjectFieldStart("usage");
            json.writeNumberField("prompt_tokens", tokens);
            json.writeNumberField("total_tokens", tokens);
            json.writeEndObject();
        });
    }

    static byte[] error(ApiException error) {
        return write(json -> {
            json.writeObjectFieldStart("error");
            json.writeStringField("message", error.getMessage());
            json.writeStringField("type", error.type());
            json.writeStringField("param", error.param());
            json.writeStringField("code", error.code());
            json.writeEndObject();
        });
    }

    private static void describe(ServedModel model, JsonGenerator json) throws IOException {
        json.writeStringField("id", model.id());
        json.writeStringField("object", "model");
        json.writeNumberField("created", 0);
        json.writeStringField("owned_by", "local");
        json.writeNumberField("dimensions", model.dimensions());
    }

    private static void embedding(EmbeddingsRequest request, int index, float[] vector, JsonGenerator json)
            throws IOException {
        float[] cut = Vectors.cut(vector, request.dimensions());
        json.writeStartObject();
        json.writeStringField("object", "embedding");
        json.writeNumberField("index", index);
        if (request.base64()) {
            json.writeStringField("embedding", Vectors.base64(cut));
        } else {
            json.writeArrayFieldStart("embedding");
            for (float value : cut) {
                json.writeNumber(value);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static byte[] write(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }
}
