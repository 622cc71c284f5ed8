/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.lucene.util.BytesRef;

/** Finds the byte ranges of vectors in a JSON document. */
final class VectorPlaces {

    /** As lenient as OpenSearch's own parser. */
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();

    private final JsonParser parser;
    private final Set<String> paths;
    private final List<Place> found = new ArrayList<>();

    private VectorPlaces(JsonParser parser, Set<String> paths) {
        this.parser = parser;
        this.paths = paths;
    }

    /**
     * A string or an array of numbers.
     *
     * @param start the index of its first byte
     * @param end the index behind its last byte
     */
    record Place(String path, int start, int end) {}

    /** The values in the order of the document; none if the document is not JSON in UTF-8. */
    static List<Place> of(BytesRef document, Set<String> paths) throws IOException {
        try (JsonParser parser = JSON.createParser(document.bytes, document.offset, document.length)) {
            VectorPlaces places = new VectorPlaces(parser, paths);
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                places.object("");
            }
            return places.found.stream().allMatch(place -> holds(document, place)) ? places.found : List.of();
        } catch (JsonProcessingException e) {
            return List.of();
        }
    }

    private static boolean holds(BytesRef document, Place place) {
        if (place.start() < 0 || place.end() > document.length) {
            return false;
        }
        byte first = document.bytes[document.offset + place.start()];
        byte last = document.bytes[document.offset + place.end() - 1];
        return (first == '"' && last == '"') || (first == '[' && last == ']');
    }

    private void object(String prefix) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String path = prefix + parser.currentName();
            parser.nextToken();
            value(path);
        }
    }

    private void value(String path) throws IOException {
        JsonToken token = parser.currentToken();
        if (paths.contains(path)) {
            if (token == JsonToken.VALUE_STRING || token == JsonToken.START_ARRAY) {
                add(path);
            } else {
                parser.skipChildren();
            }
        } else if (paths.stream().noneMatch(below -> below.startsWith(path + "."))) {
            parser.skipChildren();
        } else if (token == JsonToken.START_OBJECT) {
            object(path + ".");
        } else if (token == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                value(path);
            }
        }
    }

    private void add(String path) throws IOException {
        int start = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken();
        found.add(new Place(path, start, (int) parser.currentLocation().getByteOffset()));
    }
}
