/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Side;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.core.xcontent.XContentParser.Token;

/** Parses the body of an embed request. Its errors never quote a text. */
final class EmbedRequestParser {

    private String model = Models.DEFAULT;
    private Side side = Side.DOCUMENT;
    private InputType inputType = InputType.TEXT;
    private int dimensions;
    private List<String> input;
    private boolean base64;

    private EmbedRequestParser() {}

    /**
     * Parses the next object of {@code parser}.
     *
     * @throws IllegalArgumentException if it is not an embed request
     */
    static EmbedRequest parse(XContentParser parser) throws IOException {
        EmbedRequestParser read = new EmbedRequestParser();
        if (parser.nextToken() != Token.START_OBJECT) {
            throw new IllegalArgumentException(
                    "expected a body like {\"input\": [\"some text\"]}, got something else than an object");
        }
        while (parser.nextToken() == Token.FIELD_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            read.value(key, parser);
        }
        return read.request();
    }

    private EmbedRequest request() {
        if (input == null) {
            throw new IllegalArgumentException("[input] is missing: name the text to embed, or a list of texts");
        }
        return new EmbedRequest(new EmbeddingRequest(model, side, inputType, dimensions, input), base64);
    }

    private void value(String key, XContentParser parser) throws IOException {
        switch (key) {
            case "model" -> model = word(key, parser, "the name of a model");
            case "input" -> input = input(parser);
            case "input_type" -> inputType = InputType.of(word(key, parser, "[text] or [code]"));
            case "side" -> side = side(word(key, parser, "[document] or [query]"));
            case "dimensions" -> dimensions = dimensions(parser);
            case "encoding_format" -> base64 = isBase64(word(key, parser, "[float] or [base64]"));
            default ->
                throw new IllegalArgumentException("unknown key [" + key + "]: expected are [model], [input],"
                        + " [input_type], [side], [dimensions] and [encoding_format]");
        }
    }

    private static List<String> input(XContentParser parser) throws IOException {
        if (parser.currentToken() == Token.VALUE_STRING) {
            return List.of(parser.text());
        }
        if (parser.currentToken() != Token.START_ARRAY) {
            throw new IllegalArgumentException(
                    "[input] expects a text or a list of texts, got " + name(parser.currentToken()));
        }
        List<String> texts = new ArrayList<>();
        while (parser.nextToken() != Token.END_ARRAY) {
            if (parser.currentToken() != Token.VALUE_STRING) {
                throw new IllegalArgumentException("[input] expects texts, got " + name(parser.currentToken())
                        + " at position [" + texts.size() + "]");
            }
            texts.add(parser.text());
        }
        return texts;
    }

    private static int dimensions(XContentParser parser) throws IOException {
        if (parser.currentToken() != Token.VALUE_NUMBER) {
            throw new IllegalArgumentException("[dimensions] expects a number, got " + name(parser.currentToken()));
        }
        int value = parser.intValue(false);
        if (value == 0) {
            throw new IllegalArgumentException("[dimensions] expects a number from 1 to [" + EmbedRequest.MAX_DIMENSIONS
                    + "], got [0]: leave it out for the model's own");
        }
        return value;
    }

    private static Side side(String name) {
        return switch (name) {
            case "document" -> Side.DOCUMENT;
            case "query" -> Side.QUERY;
            default -> throw new IllegalArgumentException("[side] expects [document] or [query], got [" + name + "]");
        };
    }

    private static boolean isBase64(String name) {
        return switch (name) {
            case "float" -> false;
            case "base64" -> true;
            default ->
                throw new IllegalArgumentException("[encoding_format] expects [float] or [base64], got [" + name + "]");
        };
    }

    private static String word(String key, XContentParser parser, String expected) throws IOException {
        if (parser.currentToken() != Token.VALUE_STRING) {
            throw new IllegalArgumentException(
                    "[" + key + "] expects " + expected + ", got " + name(parser.currentToken()));
        }
        return parser.text();
    }

    private static String name(Token token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_NUMBER -> "a number";
            case VALUE_BOOLEAN -> "a boolean";
            case VALUE_NULL -> "null";
            case VALUE_STRING -> "a text";
            default -> "something else";
        };
    }
}
