/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The error that a service reports, in any of these shapes: {@code {"error":{"message","code","type"}}}, {@code
 * {"error":"..."}}, {@code {"message":"..."}}, {@code {"detail":"..."}}, {@code {"detail":[{"loc","msg","type"}]}},
 * {@code {"errors":[...]}}, or an array of them, of which the first is used.
 *
 * @param message empty if there is none
 * @param code empty if there is none
 */
record ServiceError(String message, String code) {

    static final ServiceError NONE = new ServiceError("", "");

    /** The most bytes that are read of an error. */
    static final int MAX_BYTES = 65_536;

    /** Parses the body of a response whose status is not 200; returns {@link #NONE} if it is not JSON. */
    static ServiceError parse(JsonFactory json, BoundedInputStream body) {
        try (JsonParser parser = json.createParser(body)) {
            parser.nextToken();
            return parse(parser);
        } catch (IOException e) {
            return NONE;
        }
    }

    /** Parses the error at the parser's current token. */
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

    /** This error with one more field, whose value is the parser's current token. */
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

    /** The place of the error in the request, such as {@code body.input}. */
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
