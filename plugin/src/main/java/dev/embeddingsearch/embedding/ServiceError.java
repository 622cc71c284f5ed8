/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;

/**
 * What a service says about its refusal, in any of the shapes in use: {@code {"error":{"message","code","type"}}},
 * {@code {"error":"..."}}, {@code {"message":"..."}}, {@code {"detail":"..."}}. Empty where it says nothing.
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
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return new ServiceError(text(parser), "");
        }
        ServiceError error = NONE;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            error = switch (field) {
                case "error" -> error.or(parse(parser));
                case "message", "detail" -> error.or(new ServiceError(text(parser), ""));
                case "code" -> new ServiceError("", text(parser)).or(error);
                case "type" -> error.or(new ServiceError("", text(parser)));
                default -> {
                    parser.skipChildren();
                    yield error;
                }
            };
        }
        return error;
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
