/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Reads a reply's vectors as they arrive, puts them into the order of the inputs and refuses what does not add up. An entry
 * without a usable vector leaves the others as they are. An entry says by its {@code index} which input it is for; where
 * none does, their order does, and where a single one does not (0 is left out by some), it is for the input that is left.
 */
final class ReplyParser {

    private static final int NO_INDEX = -1;

    private final JsonFactory json;
    private final VectorShape shape;
    private final float[][] vectors;
    private final boolean[] placed;
    private final List<Entry> withoutIndex = new ArrayList<>();
    private int entries;
    private ServiceError error = ServiceError.NONE;
    private BadReplyException missing;
    private long totalTokens;

    /** What an entry has for its input: a vector, or null and why there is none. */
    @SuppressWarnings("ArrayRecordComponent") // handed over, compared by nobody
    private record Entry(float[] vector, BadReplyException fault) {

        static Entry without(String fault) {
            return new Entry(null, new BadReplyException(fault));
        }
    }

    /** What parses replies best: the other way to read numbers makes a string of each, and takes twice the time. */
    static JsonFactory jsonFactory() {
        return JsonFactory.builder()
                .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // NaN for one text says nothing of the others
                .build();
    }

    ReplyParser(JsonFactory json, VectorShape shape, int inputs) {
        this.json = json;
        this.shape = shape;
        this.vectors = new float[inputs][];
        this.placed = new boolean[inputs];
    }

    /**
     * Reads the whole reply.
     *
     * @return one vector an input, in the order of the inputs; null for those that {@link #missing} says the reason of
     * @throws BadReplyException if the reply has no vector, or does not say which input one is for
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
        placeRest();
        for (float[] vector : vectors) {
            if (vector != null) {
                return vectors;
            }
        }
        throw missing;
    }

    /** Why the first of the inputs without a vector has none, unless each has one. */
    Optional<BadReplyException> missing() {
        return Optional.ofNullable(missing);
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
        int index = NO_INDEX;
        Entry entry = Entry.without("expected an [embedding] in each entry of [data], got an entry without");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (field.equals("index")) {
                expect(value, JsonToken.VALUE_NUMBER_INT, "a whole number in [index]");
                index = requireIndex(parser.getIntValue());
            } else if (field.equals("embedding")) {
                entry = parseVector(parser);
            } else {
                parser.skipChildren();
            }
        }
        entries++;
        if (index == NO_INDEX) {
            withoutIndex.add(entry);
        } else {
            place(index, entry);
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
            return new Entry(shape.fit(buffer.vector()), null);
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

    /** Places the entries without an index, and finds the inputs without an entry. */
    private void placeRest() throws BadReplyException {
        boolean noneSays = withoutIndex.size() == entries;
        if (entries > vectors.length || (entries < vectors.length && !withoutIndex.isEmpty())) {
            throw new BadReplyException(expectedVectors());
        }
        if (!noneSays && withoutIndex.size() > 1) {
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
