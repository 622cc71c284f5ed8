/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A valid request to embed: checked against OpenAI's rules and the model that will serve it. Parameters that say nothing
 * about vectors, such as {@code user}, are accepted and ignored.
 */
record EmbeddingsRequest(ServedModel model, List<String> inputs, boolean base64, int dimensions) {
    static final int MAX_INPUTS = 2048;

    /** A text may be as long as the body: what the model does not read of it costs little. */
    private static final ObjectReader JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(ApiHandler.MAX_BODY_BYTES)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(JsonNode.class);

    static EmbeddingsRequest parse(byte[] body, ModelRegistry models) {
        JsonNode request = json(body);
        ServedModel model = model(request.path("model"), models);
        return new EmbeddingsRequest(
                model,
                inputs(request.path("input")),
                base64(request.path("encoding_format")),
                dimensions(request.path("dimensions"), model));
    }

    private static JsonNode json(byte[] body) {
        JsonNode request;
        try {
            request = JSON.readValue(body);
        } catch (JsonProcessingException e) {
            throw notJson(" (line " + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr() + ")");
        } catch (IOException e) {
            throw notJson("");
        }
        if (!request.isObject()) {
            throw ApiException.badRequest(null, "The request body must be a JSON object, got " + kind(request) + ".");
        }
        return request;
    }

    /** Says where, not what: Jackson's own message would quote the text. */
    private static ApiException notJson(String where) {
        return ApiException.badRequest(null, "The request body is not valid JSON in UTF-8" + where + ".");
    }

    private static ServedModel model(JsonNode given, ModelRegistry models) {
        if (!given.isTextual()) {
            throw ApiException.badRequest(
                    "model",
                    "Parameter 'model' must be a string, one of " + models.ids() + ", got " + kind(given) + ".");
        }
        return models.find(given.textValue());
    }

    private static List<String> inputs(JsonNode input) {
        if (input.isTextual()) {
            return List.of(text(input, "'input'"));
        }
        if (!input.isArray()) {
            throw badInput("Parameter 'input' must be a string or a list of strings, got " + kind(input) + ".");
        }
        if (input.isEmpty() || input.size() > MAX_INPUTS) {
            throw badInput("Parameter 'input' must hold 1 to " + MAX_INPUTS + " texts, got " + input.size() + ".");
        }
        List<String> texts = new ArrayList<>(input.size());
        for (JsonNode element : input) {
            texts.add(text(element, "'input[" + texts.size() + "]'"));
        }
        return List.copyOf(texts);
    }

    private static String text(JsonNode element, String name) {
        if (element.isNumber() || element.isArray()) {
            throw badInput("Parameter " + name + " holds tokens, which this server cannot read: its model has a"
                    + " vocabulary of its own. Send the text as a string.");
        }
        if (!element.isTextual()) {
            throw badInput("Parameter " + name + " must be a string, got " + kind(element) + ".");
        }
        if (element.textValue().isEmpty()) {
            throw badInput("Parameter " + name + " is an empty string: a text needs at least one character.");
        }
        return element.textValue();
    }

    private static boolean base64(JsonNode format) {
        if (isAbsent(format) || "float".equals(format.textValue())) {
            return false;
        }
        if ("base64".equals(format.textValue())) {
            return true;
        }
        throw ApiException.badRequest(
                "encoding_format",
                "Parameter 'encoding_format' must be [float] or [base64], got " + shown(format) + ".");
    }

    private static int dimensions(JsonNode dimensions, ServedModel model) {
        if (isAbsent(dimensions)) {
            return model.dimensions();
        }
        if (dimensions.isIntegralNumber()
                && dimensions.canConvertToInt()
                && dimensions.intValue() >= 1
                && dimensions.intValue() <= model.dimensions()) {
            return dimensions.intValue();
        }
        throw ApiException.badRequest(
                "dimensions",
                "Parameter 'dimensions' must be a whole number from 1 to " + model.dimensions() + ", got "
                        + shown(dimensions) + ".");
    }

    private static ApiException badInput(String message) {
        return ApiException.badRequest("input", message);
    }

    private static boolean isAbsent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private static String shown(JsonNode node) {
        return node.isValueNode() ? "[" + node.asText() + "]" : kind(node);
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case MISSING -> "nothing";
            case NULL -> "null";
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "a boolean";
            case BINARY, POJO -> "something else";
        };
    }
}
