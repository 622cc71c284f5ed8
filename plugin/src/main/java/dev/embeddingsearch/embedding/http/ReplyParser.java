/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.embeddingsearch.embedding.VectorShape;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Parses the vectors of one reply of the embeddings API while it arrives, and returns them in the order of the texts.
 * The reply is a JSON object whose {@code data} is an array of entries, each with an {@code embedding} (numbers, or
 * base64 of little-endian float32) and the {@code index} of its text. Three deviations of servers are accepted: if no
 * entry has an index, the entries are in the order of the texts; if a single entry has none (some servers omit 0), it
 * belongs to the text without an entry; and an entry without a usable vector does not spoil the other entries.
 */
final class ReplyParser {

    private static final int NO_INDEX = Integer.MIN_VALUE;

    private final JsonFactory json;
    private final VectorShape shape;
    private final float[][] vectors;
    private final boolean[] placed;
    private final List<Entry> withoutIndex = new ArrayList<>();
    private int entries;
    private ServiceError error = ServiceError.NONE;
    private BadReplyException missing;
    private long totalTokens;

    /** An entry of {@code data}: a vector, or null and the reason for it. */
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    private record Entry(float[] vector, BadReplyException fault) {

        static Entry without(String fault) {
            return new Entry(null, new BadReplyException(fault));
        }
    }

    /** Parses numbers without making a string of each, which takes half the time of Jackson's default. */
    static JsonFactory jsonFactory() {
        return JsonFactory.builder()
                .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // NaN in one vector does not spoil the other vectors
                .build();
    }

    /**
     * @param texts how many texts the request had
     */
    ReplyParser(JsonFactory json, VectorShape shape, int texts) {
        this.json = json;
        this.shape = shape;
        this.vectors = new float[texts][];
        this.placed = new boolean[texts];
    }

    /**
     * Parses the whole reply.
     *
     * @param body a stream of at most {@link #maxBytes}
     * @return the unit vectors in the order of the texts; null for a text whose entry has no usable vector, see {@link
     *     #missing}
     * @throws BadReplyException if the reply has no vector, or does not say to which text a vector belongs
     * @throws EOFException if the reply ends before its JSON does
     * @throws ServiceErrorException if the reply is an error in spite of its status
     */
    float[][] parse(BoundedInputStream body) throws IOException, ServiceErrorException {
        try (JsonParser parser = json.createParser(body)) {
            parseRoot(parser);
        } catch (JacksonException e) {
            if (body.ended()) { // without Content-Length, a lost connection looks like this
                throw new EOFException("the reply ends in the middle");
            }
            throw new BadReplyException("expected JSON, got " + describe(e.getLocation()));
        }
        placeRest();
        for (float[] vector : vectors) {
            if (vector != null) {
                return vectors;
            }
        }
        throw missing;
    }

    /** Why the first text without a vector has none; empty if each text has a vector. */
    Optional<BadReplyException> missing() {
        return Optional.ofNullable(missing);
    }

    /** Jackson gives no location if nesting, a number or a name exceeds its bounds. */
    private static String describe(JsonLocation at) {
        return at == null
                ? "nesting, a number or a name out of all proportion"
                : "something else at line [" + at.getLineNr() + "], column [" + at.getColumnNr() + "]";
    }

    /** The number of tokens that the reply reports; 0 if it reports none. */
    long totalTokens() {
        return totalTokens;
    }

    /**
     * The most bytes a reply may have. A number takes at most some 25 characters; the rest is for keys, indentation and
     * fields that a service adds.
     */
    long maxBytes() {
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
                error = error.with(field, parser);
            }
        }
        if (!data && !error.equals(ServiceError.NONE)) {
            throw new ServiceErrorException(error);
        }
        if (!data) {
            throw new BadReplyException("expected a reply with [data], got one without");
        }
        if (parser.nextToken() != null) {
            throw new BadReplyException("expected the reply to end after its object, got more");
        }
    }

    /**
     * Reads the number of tokens, which is only counted: nothing in {@code usage} is a reason to refuse the vectors.
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
        int index = NO_INDEX;
        Entry entry = Entry.without("expected an [embedding] in each entry of [data], got an entry without");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (field.equals("index")) {
                expect(value, JsonToken.VALUE_NUMBER_INT, "a whole number in [index]");
                index = parser.getIntValue();
            } else if (field.equals("embedding")) {
                entry = parseVector(parser);
            } else {
                parser.skipChildren();
            }
        }
        entries++; // the entry has ended, so that its index has all its digits
        if (index == NO_INDEX) {
            withoutIndex.add(entry);
        } else {
            place(requireIndex(index), entry);
        }
    }

    private Entry parseVector(JsonParser parser) throws IOException {
        VectorBuffer buffer = new VectorBuffer(shape.expected());
        boolean numbers = true;
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            readBase64(parser, buffer);
        } else if (parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return Entry.without("expected an array or base64 in [embedding], got something else");
        } else {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                boolean number = parser.currentToken().isNumeric();
                numbers &= number;
                if (number) {
                    buffer.add(parser.getFloatValue());
                } else {
                    parser.skipChildren();
                }
            }
        }
        return numbers ? fit(buffer) : Entry.without("expected numbers in [embedding], got something else");
    }

    private Entry fit(VectorBuffer buffer) {
        try {
            return new Entry(UnitVectors.fit(shape, buffer.vector()), null);
        } catch (BadReplyException e) {
            return new Entry(null, e);
        }
    }

    private static void readBase64(JsonParser parser, VectorBuffer buffer) throws IOException {
        try {
            parser.readBinaryValue(buffer);
        } catch (IllegalArgumentException e) {
            throw new BadReplyException("expected base64 in [embedding], got something else");
        }
    }

    private int requireIndex(int index) throws BadReplyException {
        if (index < 0 || index >= vectors.length) {
            throw new BadReplyException(
                    "expected an [index] from 0 to [" + (vectors.length - 1) + "] in each entry, got [" + index + "]");
        }
        if (placed[index]) {
            throw new BadReplyException("expected each [index] once, got [" + index + "] again");
        }
        return index;
    }

    private void place(int index, Entry entry) {
        placed[index] = true;
        vectors[index] = entry.vector();
        missing = missing == null ? entry.fault() : missing;
    }

    /** Assigns the entries without an index to texts, and finds the texts without an entry. */
    private void placeRest() throws BadReplyException {
        boolean noneHasIndex = withoutIndex.size() == entries;
        if (entries > vectors.length || (entries < vectors.length && !withoutIndex.isEmpty())) {
            throw new BadReplyException(expectedVectors());
        }
        if (!noneHasIndex && withoutIndex.size() > 1) {
            throw new BadReplyException("expected an [index] in all entries or none, got [" + withoutIndex.size()
                    + "] of [" + entries + "] without");
        }
        Iterator<Entry> rest = withoutIndex.iterator();
        for (int i = 0; i < vectors.length; i++) {
            if (!placed[i]) {
                place(i, rest.hasNext() ? rest.next() : Entry.without(expectedVectors()));
            }
        }
    }

    private String expectedVectors() {
        return "expected [" + vectors.length + "] vectors, got [" + entries + "]";
    }

    private static void expect(JsonToken actual, JsonToken expected, String words) throws BadReplyException {
        if (actual != expected) {
            throw new BadReplyException("expected " + words + ", got something else");
        }
    }
}
