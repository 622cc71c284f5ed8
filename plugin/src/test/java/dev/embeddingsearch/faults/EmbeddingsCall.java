/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.faults;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The body of a request.
 *
 * @param dimensions 0 where it does not say
 */
record EmbeddingsCall(String model, List<String> input, int dimensions, String encodingFormat) {

    private static final JsonFactory JSON = new JsonFactory();

    /** Reads a body as strictly as the service does: strings only, and no field that the API does not have. */
    static EmbeddingsCall parse(String body) throws IOException {
        String model = "";
        List<String> input = List.of();
        int dimensions = 0;
        String format = "float";
        try (JsonParser parser = JSON.createParser(body)) {
            require(parser.nextToken() == JsonToken.START_OBJECT, "expected an object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "model" -> model = parser.getText();
                    case "input" -> input = strings(parser, value);
                    case "dimensions" -> dimensions = parser.getIntValue();
                    case "encoding_format" -> format = parser.getText();
                    default -> throw new IOException("Unrecognized request argument supplied: " + field);
                }
            }
            require(parser.nextToken() == null, "expected nothing behind the object");
        }
        return new EmbeddingsCall(model, input, dimensions, format);
    }

    private static List<String> strings(JsonParser parser, JsonToken start) throws IOException {
        require(start == JsonToken.START_ARRAY, "expected an array in [input]");
        List<String> strings = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(parser.currentToken() == JsonToken.VALUE_STRING, "expected strings in [input]");
            strings.add(parser.getText());
        }
        return strings;
    }

    private static void require(boolean condition, String message) throws IOException {
        if (!condition) {
            throw new IOException(message);
        }
    }
}
