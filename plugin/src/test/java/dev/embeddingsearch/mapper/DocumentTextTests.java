/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.opensearch.test.OpenSearchTestCase;

public class DocumentTextTests extends OpenSearchTestCase {

    private static String text(Map<String, Object> source, String... paths) {
        return DocumentText.of(source, List.of(paths));
    }

    public void testJoinsPathsInTheirOrder() {
        Map<String, Object> source = Map.of("title", "Curling", "body", "Stones slide.");
        assertEquals("Curling\nStones slide.", text(source, "title", "body"));
        assertEquals("Stones slide.\nCurling", text(source, "body", "title"));
    }

    public void testListsAndNumbersAndBooleans() {
        assertEquals("a\nb\n7\ntrue", text(Map.of("f", List.of("a", List.of("b", 7), true)), "f"));
        assertEquals("1.5", text(Map.of("f", 1.5), "f"));
    }

    public void testAbsentNullAndBlankGiveNothing() {
        Map<String, Object> source = new HashMap<>();
        source.put("null", null);
        source.put("blank", " \t\n");
        source.put("empty", "");
        source.put("list", Arrays.asList(null, "", "x"));
        assertEquals("", text(source, "absent", "null", "blank", "empty"));
        assertEquals("x", text(source, "absent", "list"));
    }

    public void testTextIsNotTrimmed() {
        assertEquals("  if (a)\n    b();\n", text(Map.of("code", "  if (a)\n    b();\n"), "code"));
    }

    public void testPathsIntoObjectsAndListsOfObjects() {
        assertEquals("x", text(Map.of("a", Map.of("b", Map.of("c", "x"))), "a.b.c"));
        assertEquals("x\ny", text(Map.of("a", List.of(Map.of("b", "x"), Map.of("b", "y"))), "a.b"));
        assertEquals("dotted", text(Map.of("a.b", "dotted"), "a.b"));
    }

    public void testObjectIsRefusedByItsPath() {
        for (Object object : List.of(Map.of("b", "x"), List.of("text", Map.of("b", "x")))) {
            Exception e = expectThrows(IllegalArgumentException.class, () -> text(Map.of("a", object), "a"));
            assertEquals(
                    "field [a] expects text or a list of texts to embed, got an object: name the fields inside it",
                    e.getMessage());
        }
    }

    private static boolean touches(Map<String, Object> source, String path) {
        return DocumentText.touches(source, List.of("absent", path));
    }

    public void testTouches() {
        Map<String, Object> source = new HashMap<>();
        source.put("null", null);
        source.put("a", Map.of("b", Map.of("c", 1)));
        source.put("list", List.of(Map.of("x", 1)));
        source.put("e.f", Map.of("g", 1));
        assertTrue(touches(source, "null"));
        assertTrue(touches(source, "null.inner"));
        assertTrue(touches(source, "a"));
        assertTrue(touches(source, "a.b.c"));
        assertTrue(touches(source, "list.x"));
        assertTrue(touches(source, "e.f.g"));
        assertFalse(touches(source, "a.other"));
        assertFalse(touches(source, "a.b.other"));
        assertFalse(touches(source, "e.f.other"));
        assertFalse(touches(source, "list2"));
        assertFalse(touches(source, "e"));
    }
}
