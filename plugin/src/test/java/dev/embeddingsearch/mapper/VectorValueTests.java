/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

public class VectorValueTests extends OpenSearchTestCase {

    private float[] parse(String json, int dimensions) throws Exception {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, json)) {
            parser.nextToken();
            return VectorValue.parse(parser, "f", dimensions);
        }
    }

    private void assertRefused(String message, String json) {
        Exception e = expectThrows(IllegalArgumentException.class, () -> parse(json, 3));
        assertEquals(message, e.getMessage());
    }

    public void testBase64IsLittleEndianFloat32() throws Exception {
        assertEquals("AACAPwAAAMA=", VectorValue.encode(new float[] {1, -2}));
        assertArrayEquals(new float[] {1, -2}, parse("\"AACAPwAAAMA=\"", 2), 0);
    }

    public void testBothFormsOfRandomVectors() throws Exception {
        float[] vector = new float[randomIntBetween(1, 500)];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = Float.intBitsToFloat(random().nextInt(Float.floatToIntBits(Float.MAX_VALUE)));
        }
        assertArrayEquals(vector, parse("\"" + VectorValue.encode(vector) + "\"", vector.length), 0);
        assertArrayEquals(vector, parse(Arrays.toString(vector), vector.length), 0);
        assertArrayEquals(vector, VectorValue.of("f", VectorValue.encode(vector)), 0);
        assertArrayEquals(vector, VectorValue.of("f", VectorValue.toList(vector)), 0);
    }

    public void testNullIsNoVector() throws Exception {
        assertNull(parse("null", 3));
    }

    public void testLengths() {
        assertRefused("field [f] expects 3 dimensions, got 2: does the vector come from the field's model?", "[1,2]");
        assertRefused(
                "field [f] expects 3 dimensions, got 4: does the vector come from the field's model?", "[1,2,3,4]");
        assertRefused("field [f] expects 3 dimensions, got 0: does the vector come from the field's model?", "[]");
        assertRefused("field [f] expects 3 dimensions, got 0: does the vector come from the field's model?", "\"\"");
        assertRefused(
                "field [f] expects 3 dimensions, got 2: does the vector come from the field's model?",
                "\"AACAPwAAAMA=\"");
    }

    public void testOtherForms() {
        String expected = "field [f] expects an array of numbers or base64 of little-endian float32, got ";
        assertRefused(expected + "START_OBJECT", "{}");
        assertRefused(expected + "VALUE_BOOLEAN", "true");
        assertRefused(expected + "VALUE_NUMBER", "7");
        assertRefused(expected + "START_ARRAY inside the array", "[[1,2,3]]");
        assertRefused(expected + "VALUE_NULL inside the array", "[1,null,3]");
        assertRefused(expected + "VALUE_STRING inside the array", "[\"1\",\"2\",\"3\"]");
        assertRefused(expected + "START_OBJECT inside the array", "[{}]");
        assertRefused(expected + "a string of 14 characters that is not base64", "\"not any base64\"");
        assertRefused(
                "field [f] expects base64 of little-endian float32, four bytes a number, got 5 bytes", "\"AACAPwA=\"");
    }

    public void testParsedForms() {
        assertArrayEquals(new float[] {1, 2.5f}, VectorValue.of("f", List.of(1, 2.5)), 0);
        String expected = "field [f] expects an array of numbers or base64 of little-endian float32, got ";
        for (Map.Entry<Object, String> wrong : Map.<Object, String>of(
                        7,
                        "Integer",
                        true,
                        "Boolean",
                        List.of(1, "2"),
                        "an array with something else in it at index 1",
                        List.of(List.of(1)),
                        "an array with something else in it at index 0")
                .entrySet()) {
            Exception e = expectThrows(IllegalArgumentException.class, () -> VectorValue.of("f", wrong.getKey()));
            assertEquals(expected + wrong.getValue(), e.getMessage());
        }
        Exception e = expectThrows(IllegalArgumentException.class, () -> VectorValue.of("f", null));
        assertEquals(expected + "null", e.getMessage());
    }
}
