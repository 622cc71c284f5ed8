/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;

public class SplitSourceTests extends LuceneTestCase {

    private static final String BASE64 = Base64.getEncoder().encodeToString(new byte[] {0, 0, -128, 63, 0, 0, 0, 64});
    private static final float[] VECTOR = {1, 2};

    /** The document as a slice of a larger array. */
    private static BytesRef bytes(String document) {
        byte[] inside = ("{}" + document + "{}").getBytes(StandardCharsets.UTF_8);
        return new BytesRef(inside, 2, inside.length - 4);
    }

    private static SplitSource.VectorSpan cut(String field, String document, String value, float[] indexed) {
        int start = document.substring(0, document.indexOf(value)).getBytes(StandardCharsets.UTF_8).length;
        return new SplitSource.VectorSpan(
                field, start, start + value.getBytes(StandardCharsets.UTF_8).length, VECTOR, indexed);
    }

    private static byte[] stored(BytesRef split) {
        return Arrays.copyOfRange(split.bytes, split.offset, split.offset + split.length);
    }

    private static String joined(BytesRef split, Map<String, float[]> vectors) throws IOException {
        assertTrue(SplitSource.isSplit(stored(split)));
        return new String(SplitSource.join(stored(split), vectors::get), StandardCharsets.UTF_8);
    }

    public void testBothFormsAreRestored() throws IOException {
        String document = "{\"é\": \"ü\", \"o\": {\"v\":\"" + BASE64 + "\"}, \"w\" : [1.0,2.0] , \"rest\":[]}";
        BytesRef split = SplitSource.split(
                bytes(document),
                List.of(
                        cut("o.v", document, "\"" + BASE64 + "\"", VECTOR),
                        cut("w", document, "[1.0,2.0]", VECTOR.clone())));
        String stored = new String(stored(split), StandardCharsets.UTF_8);
        assertTrue(stored, stored.endsWith("{\"é\": \"ü\", \"o\": {\"v\":}, \"w\" :  , \"rest\":[]}"));
        assertEquals(document, joined(split, Map.of("o.v", VECTOR, "w", VECTOR)));
    }

    public void testUnreadVectorsAreNotLookedUp() throws IOException {
        String document = "{\"v\":[1.0,2.0],\"w\":\"" + BASE64 + "\"}";
        BytesRef split = SplitSource.split(
                bytes(document),
                List.of(cut("v", document, "[1.0,2.0]", VECTOR), cut("w", document, "\"" + BASE64 + "\"", VECTOR)));
        UnreadVectors.set(Set.of("w"));
        try {
            assertEquals("{\"v\":[1.0,2.0],\"w\":null}", joined(split, Map.of("v", VECTOR)));
        } finally {
            UnreadVectors.clear();
        }
        assertEquals(document, joined(split, Map.of("v", VECTOR, "w", VECTOR)));
    }

    public void testScaledVectorsAreRestored() throws IOException {
        String document = "{\"v\":[1.0,2.0]}";
        float[] unit = {(float) (1 / Math.sqrt(5)), (float) (2 / Math.sqrt(5))};
        BytesRef split = SplitSource.split(bytes(document), List.of(cut("v", document, "[1.0,2.0]", unit)));
        assertEquals(document, joined(split, Map.of("v", unit)));
    }

    public void testVectorsThatCannotBeRestoredAreNotRemoved() throws IOException {
        String document = "{\"v\":[1.0,2.0],\"w\":\"" + BASE64 + "\"}";
        float[] other = {0.5f, 0.5f};
        BytesRef whole = bytes(document);
        assertSame(whole, SplitSource.split(whole, List.of(cut("v", document, "[1.0,2.0]", other))));
        assertSame(whole, SplitSource.split(whole, List.of()));
        assertFalse(SplitSource.isSplit(stored(whole)));
        assertFalse(SplitSource.isSplit(new byte[0]));
        BytesRef split = SplitSource.split(
                whole,
                List.of(cut("v", document, "[1.0,2.0]", other), cut("w", document, "\"" + BASE64 + "\"", VECTOR)));
        assertEquals(document, joined(split, Map.of("w", VECTOR)));
    }

    public void testMissingVector() throws IOException {
        String document = "{\"v\":[1.0,2.0]}";
        BytesRef split = SplitSource.split(bytes(document), List.of(cut("v", document, "[1.0,2.0]", VECTOR)));
        Exception e = expectThrows(CorruptIndexException.class, () -> joined(split, Map.of()));
        assertEquals(
                "expected a vector in field [v], which the document's source was stored without, but there is none"
                        + " (resource=stored fields)",
                e.getMessage());
    }

    public void testNumbersRoundTrip() {
        for (int i = 0; i < 10_000; i++) {
            float number = Float.intBitsToFloat(random().nextInt());
            if (Float.isFinite(number)) {
                JsonVectors json = new JsonVectors(0);
                json.vector(new float[] {number}, true);
                String text = new String(json.bytes(), StandardCharsets.US_ASCII);
                String digits = text.substring(1, text.length() - 1);
                assertEquals(number, Float.parseFloat(digits), 0);
                assertEquals("as parsers do", number, (float) Double.parseDouble(digits), 0);
            }
        }
    }
}
