/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * What a service says about its refusal, in any of the shapes in use: {@code {"error":{"message","code","type"}}},
 * {@code {"error":"..."}}, {@code {"message":"..."}}, {@code {"detail":"..."}}, {@code {"detail":[{"loc","msg","type"}]}},
 * {@code {"errors":[...]}}, and a list of these, whose first is taken. Empty where it says nothing.
 */
record ServiceError(String message, String code) {

    static final ServiceError NONE = new ServiceError("", "");

    /** Reads an error body; one that is no JSON says nothing. */
    static ServiceError parse(JsonFactory json, InputStream in) {
        try (JsonParser parser = json.createParser(new BoundedInputStream(in, 65_536))) {
            parser.nextToken();
            return parse(parser);
        } catch (IOException e) {
            return NONE;
        }
    }

    /** Reads the error at the parser's current token. */
    static ServiceError parse(JsonParser parser) throws IOException {
        ServiceError error = NONE;
        String place = "";
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                error = error.equals(NONE) ? parse(parser) : skip(parser, error);
            }
            return error;
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return new ServiceError(text(parser), "");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (field.equals("loc") && value == JsonToken.START_ARRAY) {
                place = place(parser);
            } else {
                error = error.with(field, parser);
            }
        }
        return place.isEmpty() || error.message.isEmpty()
                ? error
                : new ServiceError(error.message + " in " + place, error.code);
    }

    /** This one, completed by one field of an error, whose value is the parser's current token. */
    ServiceError with(String field, JsonParser parser) throws IOException {
        return switch (field) {
            case "error", "errors", "detail", "details" -> or(parse(parser));
            case "message", "msg" -> or(new ServiceError(text(parser), ""));
            case "code" -> new ServiceError("", text(parser)).or(this);
            case "type", "status" -> or(new ServiceError("", text(parser)));
            default -> skip(parser, this);
        };
    }

    private static ServiceError skip(JsonParser parser, ServiceError error) throws IOException {
        parser.skipChildren();
        return error;
    }

    /** Where in the request the error is, as one word. */
    private static String place(JsonParser parser) throws IOException {
        List<String> parts = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            parts.add(text(parser));
        }
        return String.join(".", parts);
    }

    private ServiceError or(ServiceError other) {
        return new ServiceError(message.isEmpty() ? other.message : message, code.isEmpty() ? other.code : code);
    }

    private static String text(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken(); // none in an empty body
        if (token != null && token.isScalarValue() && token != JsonToken.VALUE_NULL) {
            return parser.getText();
        }
        parser.skipChildren();
        return "";
    }
}
