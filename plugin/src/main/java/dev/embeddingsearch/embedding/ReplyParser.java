/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Reads a reply's vectors as they arrive, puts them into the order of the inputs and refuses what does not add up. */
final class ReplyParser {

    private final JsonFactory json;
    private final VectorShape shape;
    private final float[][] vectors;
    private int seen;
    private long totalTokens;

    /** What parses replies best: the other way to read numbers makes a string of each, and takes twice the time. */
    static JsonFactory jsonFactory() {
        return JsonFactory.builder()
                .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                .build();
    }

    ReplyParser(JsonFactory json, VectorShape shape, int inputs) {
        this.json = json;
        this.shape = shape;
        this.vectors = new float[inputs][];
    }

    /**
     * Reads the whole reply.
     *
     * @return one vector an input, in the order of the inputs
     * @throws BadReplyException if the reply is not one vector for each input
     * @throws EOFException if the reply ends before its JSON does
     * @throws ServiceErrorException if it is an error in spite of its status
     */
    float[][] parse(InputStream in) throws IOException, ServiceErrorException {
        BoundedInputStream body = new BoundedInputStream(in, limit());
        try (JsonParser parser = json.createParser(body)) {
            parseRoot(parser);
        } catch (JacksonException e) {
            if (body.ended()) { // where no length is told, a lost connection looks like this
                throw new EOFException("the reply ends in the middle");
            }
            throw new BadReplyException("expected JSON, got " + elsewhere(e.getLocation()));
        }
        if (seen != vectors.length) {
            throw new BadReplyException("expected [" + vectors.length + "] vectors, got [" + seen + "]");
        }
        return vectors;
    }

    /** No place is told where nesting, a number or a name goes beyond the parser's bounds. */
    private static String elsewhere(JsonLocation at) {
        return at == null
                ? "nesting, a number or a name out of all proportion"
                : "something else at line [" + at.getLineNr() + "], column [" + at.getColumnNr() + "]";
    }

    /** What the reply says it cost, in tokens; 0 where it does not say. */
    long totalTokens() {
        return totalTokens;
    }

    /** A number takes at most some 25 characters; the rest is for keys, indentation and what else a service adds. */
    private long limit() {
        long dimensions = shape.expected() > 0 ? shape.expected() : VectorBuffer.MAX_DIMENSIONS;
        return 65_536 + vectors.length * (1024 + 48 * dimensions);
    }

    private void parseRoot(JsonParser parser) throws IOException, ServiceErrorException {
        expect(parser.nextToken(), JsonToken.START_OBJECT, "an object");
        boolean data = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (field.equals("data")) {
                data = true;
                parseData(parser);
            } else if (field.equals("usage") && value == JsonToken.START_OBJECT) {
                parseUsage(parser);
            } else if (field.equals("error") && value != JsonToken.VALUE_NULL) {
                throw new ServiceErrorException(ServiceError.parse(parser));
            } else {
                parser.skipChildren();
            }
        }
        if (!data) {
            throw new BadReplyException("expected a reply with [data], got one without");
        }
        if (parser.nextToken() != null) {
            throw new BadReplyException("expected the reply to end after its object, got more");
        }
    }

    /**
     * Nobody waits for the numbers in here, so nothing in here is a reason to refuse the vectors. A number of tokens that no
     * call has is passed over.
     */
    private void parseUsage(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean total = parser.currentName().equals("total_tokens");
            boolean whole = parser.nextToken() == JsonToken.VALUE_NUMBER_INT;
            if (total && whole && parser.getNumberType() == JsonParser.NumberType.INT) {
                totalTokens = Math.max(0, parser.getIntValue());
            }
            parser.skipChildren();
        }
    }

    private void parseData(JsonParser parser) throws IOException {
        expect(parser.currentToken(), JsonToken.START_ARRAY, "an array in [data]");
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken(), JsonToken.START_OBJECT, "objects in [data]");
            parseEntry(parser);
        }
    }

    private void parseEntry(JsonParser parser) throws IOException {
        int index = -1;
        float[] vector = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (field.equals("index")) {
                expect(value, JsonToken.VALUE_NUMBER_INT, "a whole number in [index]");
                index = parser.getIntValue();
            } else if (field.equals("embedding")) {
                vector = parseVector(parser);
            } else {
                parser.skipChildren();
            }
        }
        place(index, vector);
    }

    private float[] parseVector(JsonParser parser) throws IOException {
        VectorBuffer buffer = new VectorBuffer(shape.expected());
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            readBase64(parser, buffer);
        } else {
            expect(parser.currentToken(), JsonToken.START_ARRAY, "an array or base64 in [embedding]");
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (!parser.currentToken().isNumeric()) {
                    throw new BadReplyException("expected numbers in [embedding], got something else");
                }
                buffer.add(parser.getFloatValue());
            }
        }
        return shape.fit(buffer.vector());
    }

    private static void readBase64(JsonParser parser, VectorBuffer buffer) throws IOException {
        try {
            parser.readBinaryValue(buffer);
        } catch (IllegalArgumentException e) {
            throw new BadReplyException("expected base64 in [embedding], got something else");
        }
    }

    private void place(int index, float[] vector) throws BadReplyException {
        if (vector == null) {
            throw new BadReplyException("expected an [embedding] in each entry of [data], got an entry without");
        }
        if (index < 0 || index >= vectors.length) {
            throw new BadReplyException("expected an [index] from 0 to [" + (vectors.length - 1)
                    + "] in each entry, got " + (index < 0 ? "none" : "[" + index + "]"));
        }
        if (vectors[index] != null) {
            throw new BadReplyException("expected each [index] once, got [" + index + "] again");
        }
        vectors[index] = vector;
        seen++;
    }

    private static void expect(JsonToken actual, JsonToken expected, String words) throws BadReplyException {
        if (actual != expected) {
            throw new BadReplyException("expected " + words + ", got something else");
        }
    }
}
