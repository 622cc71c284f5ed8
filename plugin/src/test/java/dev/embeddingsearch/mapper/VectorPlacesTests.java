/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.lucene.util.BytesRef;
import org.opensearch.test.OpenSearchTestCase;

public class VectorPlacesTests extends OpenSearchTestCase {

    private static final Set<String> PATHS = Set.of("v", "o.v", "o.p.w");

    /** The values that are found, each with its path. */
    private static List<String> found(String document) throws IOException {
        byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
        byte[] inside = new byte[bytes.length + 20];
        Arrays.fill(inside, (byte) '{');
        int offset = randomInt(20);
        System.arraycopy(bytes, 0, inside, offset, bytes.length);
        List<String> found = new ArrayList<>();
        for (VectorPlaces.Place place : VectorPlaces.of(new BytesRef(inside, offset, bytes.length), PATHS)) {
            int length = place.end() - place.start();
            String value = new String(inside, offset + place.start(), length, StandardCharsets.UTF_8);
            found.add(place.path() + "=" + value);
        }
        return found;
    }

    public void testBothForms() throws IOException {
        assertEquals(List.of("v=\"AAAA\""), found("{\"v\":\"AAAA\"}"));
        assertEquals(List.of("v=[1, 2.5e-3]"), found(" {\"a\": [[1]], \"v\" : [1, 2.5e-3] , \"b\": 1} "));
        assertEquals(List.of("v=\"AA\\/A\""), found("{\"v\":\"AA\\/A\"}"));
    }

    public void testBytesNotCharacters() throws IOException {
        assertEquals(List.of("v=[1]"), found("{\"grüße\": \"😀 – ü\\u00fc\", /* ö */ \"v\":[1]}"));
    }

    public void testPaths() throws IOException {
        assertEquals(
                List.of("o.v=[1]", "o.p.w=[2]", "v=[3]"),
                found("{\"o\":{\"v\":[1],\"x\":{\"v\":[9]},\"p\":{\"w\":[2]}},\"v\":[3],\"w\":[9]}"));
        assertEquals(List.of("o.p.w=[1]", "o.v=[2]"), found("{\"o.p\":{\"w\":[1]},\"o.v\":[2],\"o\":1}"));
        assertEquals(List.of("o.v=[1]"), found("{\"o\":[{\"a\":1},[{\"v\":null}],{\"v\":[1]}]}"));
    }

    public void testOtherValues() throws IOException {
        assertEquals(List.of(), found("{\"v\":null,\"o\":{\"v\":{\"_embedding_pending\":\"why\"},\"p\":7}}"));
        assertEquals(List.of(), found("{}"));
        assertEquals(List.of(), found("[]"));
    }

    public void testLongDocuments() throws IOException {
        StringBuilder document = new StringBuilder("{");
        for (int i = 0; i < 3000; i++) {
            document.append("\"f")
                    .append(i)
                    .append("\": \"")
                    .append("ü".repeat(randomInt(30)))
                    .append("\", ");
        }
        assertEquals(List.of("v=\"AAAA\""), found(document + "\"v\":\"AAAA\"}"));
    }

    public void testNoneInWhatCannotBeRead() throws IOException {
        assertEquals(List.of(), found("{\"v\":[1],\"a\""));
        assertEquals(List.of(), found(":)\n no JSON"));
        BytesRef wide = new BytesRef("{\"v\":[1]}".getBytes(StandardCharsets.UTF_16BE));
        assertEquals(List.of(), VectorPlaces.of(wide, PATHS));
    }
}
