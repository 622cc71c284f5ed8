/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.test.OpenSearchTestCase;

public class DocumentPathTests extends OpenSearchTestCase {

    private static final DocumentPath AB = new DocumentPath("a.b");

    private static Map<String, Object> json(String text) {
        return XContentHelper.convertToMap(new BytesArray(text), true, JsonXContent.jsonXContent.mediaType())
                .v2();
    }

    private static String json(Map<String, Object> document) throws IOException {
        return BytesReference.bytes(JsonXContent.contentBuilder().map(document)).utf8ToString();
    }

    private static String set(String document, Object value) throws IOException {
        Map<String, Object> map = json(document);
        AB.set(map, value);
        return json(map);
    }

    private static String set(String partial, String stored, Object value) throws IOException {
        Map<String, Object> update = json(partial);
        Map<String, Object> merged = json(stored);
        XContentHelper.update(merged, json(partial), false);
        String before = json(merged);
        AB.set(update, merged, value);
        assertEquals("what is merged stays", before, json(merged));
        return json(update);
    }

    public void testValuesInEverySpelling() {
        assertEquals(List.of(1), AB.values(json("{'a':{'b':1}}".replace('\'', '"'))));
        assertEquals(List.of(1), AB.values(json("{\"a.b\":1}")));
        assertEquals(List.of(1, 2), AB.values(json("{\"a\":[{\"b\":1},{\"x\":0},{\"b\":2}]}")));
        assertEquals(List.of(2, 1), AB.values(json("{\"a\":{\"b\":1},\"a.b\":2}")));
        assertEquals(List.of(List.of(1, 2)), AB.values(json("{\"a\":{\"b\":[1,2]}}")));
        assertEquals(List.of(3), new DocumentPath("a.b.c").values(json("{\"a.b\":{\"c\":3}}")));
        assertEquals(List.of(3), new DocumentPath("a.b.c").values(json("{\"a\":{\"b.c\":3}}")));
        for (String without :
                List.of("{}", "{\"a\":null}", "{\"a\":[]}", "{\"a\":\"x\"}", "{\"a\":[1]}", "{\"b\":1}")) {
            assertEquals(without, List.of(), AB.values(json(without)));
        }
    }

    public void testValueIsTheFirstThatIsThere() {
        assertEquals(1, AB.value(json("{\"a\":[{\"b\":null},{\"b\":1}]}")));
        assertNull(AB.value(json("{\"a\":{\"b\":null}}")));
        assertTrue(AB.isIn(json("{\"a\":{\"b\":null}}")));
        assertFalse(AB.isIn(json("{\"a\":{}}")));
    }

    public void testTouchesObjectsAround() {
        for (String yes :
                List.of("{\"a\":null}", "{\"a\":[]}", "{\"a.b\":1}", "{\"a\":{\"b\":null}}", "{\"a\":\"x\"}")) {
            assertTrue(yes, AB.touches(json(yes)));
        }
        assertTrue("both spellings", AB.touches(json("{\"a\":{\"x\":1},\"a.b\":2}")));
        for (String no : List.of("{}", "{\"a\":{}}", "{\"a\":{\"x\":1}}", "{\"b\":1}", "{\"a.x\":1}")) {
            assertFalse(no, AB.touches(json(no)));
        }
    }

    public void testSetReplacesWhateverIsThere() throws IOException {
        assertEquals("{\"a\":{\"b\":9}}", set("{\"a\":{\"b\":1}}", 9));
        assertEquals("{\"a.b\":9}", set("{\"a.b\":1}", 9));
        assertEquals("{\"a\":[{\"b\":9},{}]}", set("{\"a\":[{\"b\":1},{\"b\":2}]}", 9));
        assertEquals("{\"a\":{},\"a.b\":9}", set("{\"a\":{\"b\":1},\"a.b\":2}", 9));
    }

    public void testSetFindsAPlace() throws IOException {
        assertEquals("{\"a\":{\"b\":9}}", set("{}", 9));
        assertEquals("{\"a\":{\"x\":1,\"b\":9}}", set("{\"a\":{\"x\":1}}", 9));
        assertEquals("{\"a.x\":1,\"a.b\":9}", set("{\"a.x\":1}", 9));
        assertEquals("{\"a\":[{\"x\":1,\"b\":9},{\"x\":2}]}", set("{\"a\":[{\"x\":1},{\"x\":2}]}", 9));
        for (String taken : List.of("null", "[]", "\"x\"", "[1,null]")) {
            assertEquals("{\"a\":" + taken + ",\"a.b\":9}", set("{\"a\":" + taken + "}", 9));
        }
    }

    public void testRemoveTakesAllSpellings() throws IOException {
        Map<String, Object> document = json("{\"a\":[{\"b\":1},{\"b\":2,\"x\":3}],\"a.b\":4}");
        assertTrue(AB.remove(document));
        assertEquals("{\"a\":[{},{\"x\":3}]}", json(document));
        assertFalse(AB.remove(document));
    }

    public void testPartialDocumentsUseTheSpellingOfTheStoredOne() throws IOException {
        assertEquals("{\"t\":1,\"a\":{\"b\":9}}", set("{\"t\":1}", "{\"a\":{\"b\":5,\"x\":1}}", 9));
        assertEquals("{\"t\":1,\"a.b\":9}", set("{\"t\":1}", "{\"a.b\":5}", 9));
        assertEquals(
                "{\"t\":1,\"a\":[{\"b\":9,\"x\":1},{\"x\":2}]}",
                set("{\"t\":1}", "{\"a\":[{\"b\":5,\"x\":1},{\"x\":2}]}", 9));
        assertEquals("{\"a\":null,\"a.b\":9}", set("{\"a\":null}", "{\"a\":{\"b\":5}}", 9));
        assertEquals("{\"a.x\":2,\"a\":{\"b\":9}}", set("{\"a.x\":2}", "{\"a\":{\"x\":1}}", 9));
    }

    /** Whatever the spellings, what is merged has the value, once. */
    public void testPartialDocumentsGiveOneValue() {
        for (int i = 0; i < 2000; i++) {
            Map<String, Object> stored = randomObject(0);
            Map<String, Object> partial = randomObject(0);
            DocumentPath path = new DocumentPath(randomFrom("a", "a.b", "a.b.c", "b.a.b"));
            Map<String, Object> merged = DocumentPath.copy(stored);
            XContentHelper.update(merged, DocumentPath.copy(partial), false);
            path.set(partial, merged, "new");
            Map<String, Object> result = DocumentPath.copy(stored);
            XContentHelper.update(result, partial, false);
            List<Object> before = new ArrayList<>(path.values(merged));
            List<Object> after = path.values(result);
            assertTrue(path + " of " + result + " from " + stored + " and " + partial, after.contains("new"));
            assertTrue("at most as many as before", after.size() <= Math.max(1, before.size()));
        }
    }

    private static Map<String, Object> randomObject(int depth) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = between(0, 3); i > 0; i--) {
            object.put(randomFrom("a", "b", "c", "a.b", "b.c", "a.b.c"), randomValue(depth + 1));
        }
        return object;
    }

    private static Object randomValue(int depth) {
        return switch (between(0, depth > 3 ? 2 : 5)) {
            case 0 -> null;
            case 1 -> "x" + between(0, 9);
            case 2 -> new ArrayList<>(Arrays.asList(1, 2));
            case 3 -> new ArrayList<>(List.of(randomObject(depth), randomObject(depth)));
            default -> new HashMap<>(randomObject(depth));
        };
    }
}
