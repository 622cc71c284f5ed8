/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.testkit.Base64Vector;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import java.util.Collections;
import java.util.List;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;

/** What becomes of odd texts and odd vectors: each is embedded, has nothing to embed, or is refused in clear words. */
public class BadDocumentsIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String INDEX = "odd";

    private final Http http = NODE.http();
    private final FakeEmbeddingService service = NODE.service();

    @BeforeClass
    public static void createIndex() {
        NODE.http().put(INDEX, """
                {"mappings": {"properties": {
                    "body": {"type": "keyword"},
                    "meaning": {"type": "embedding", "dimensions": 256, "source_fields": ["body"]},
                    "inner": {"properties": {
                        "text": {"type": "text"},
                        "meaning": {"type": "embedding", "dimensions": 256, "source_fields": ["inner.text"]}}},
                    "own": {"type": "embedding", "dimensions": 4},
                    "unit": {"type": "embedding", "dimensions": 4, "similarity": "dot_product"},
                    "flat": {"type": "embedding", "dimensions": 4, "similarity": "l2_norm"}
                }}}
                """).expect(200);
    }

    @Before
    public void restore() {
        NODE.restore();
    }

    /** Indexes the document, and again in a bulk request, and expects it to be refused both times. */
    private void expectRefused(String document, String... words) {
        int before = Articles.count(http, INDEX);
        http.post(INDEX + "/_doc", document).expectError(400, words);
        http.bulk(INDEX + "/_bulk", "{\"index\": {}}\n" + document + "\n").expectItemError(0, 400, words);
        assertEquals(before, Articles.count(http, INDEX));
    }

    private JsonNode indexed(String document) {
        String id = http.post(INDEX + "/_doc", document).expect(201).at("/_id").asText();
        return http.source(INDEX, id);
    }

    private void expectNothingToEmbed(String document) {
        assertFalse(indexed(document).has("meaning"));
        assertEquals(List.of(), service.inputs());
    }

    private void expectEmbedded(String document, String text) {
        assertEquals(Articles.vectorOf(text), indexed(document).get("meaning").asText());
        assertEquals(List.of(text), service.inputs());
    }

    @Test
    public void testEmptyTextHasNothingToEmbed() {
        expectNothingToEmbed("{\"body\": \"\"}");
        expectNothingToEmbed("{\"body\": \" \\n\\t \"}");
    }

    @Test
    public void testNullHasNothingToEmbed() {
        expectNothingToEmbed("{\"body\": null}");
        expectNothingToEmbed("{\"body\": [null, \"\"]}");
        expectNothingToEmbed("{}");
    }

    @Test
    public void testNumberIsEmbeddedAsItsDigits() {
        expectEmbedded("{\"body\": 42}", "42");
    }

    @Test
    public void testBooleanIsEmbeddedAsItsWord() {
        expectEmbedded("{\"body\": true}", "true");
    }

    @Test
    public void testObjectIsRefused() {
        expectRefused(
                "{\"body\": {\"text\": \"curling\"}}",
                "field [body] expects text or a list of texts to embed, got an object: name the fields inside it");
    }

    @Test
    public void testNestedArraysAreJoined() {
        expectEmbedded("{\"body\": [[\"one\", \"two\"], [\"three\", 4]]}", "one\ntwo\nthree\n4");
    }

    @Test
    public void testListOfObjectsGivesAllItsTexts() {
        JsonNode source = indexed("{\"inner\": {\"text\": [\"one\", \"two\"]}}");
        assertEquals(Articles.vectorOf("one\ntwo"), source.at("/inner/meaning").asText());
    }

    @Test
    public void testTextBeyondTheLimitIsCut() {
        NODE.settings("default.max_input_tokens", 3).expect(200);
        expectEmbedded("{\"body\": \"one two three four five\"}", "one two three");
    }

    @Test
    public void testTextBeyondTheLimitIsRefusedWhereItMustNotBeCut() {
        NODE.settings("default.max_input_tokens", 3).expect(200);
        NODE.settings("default.truncate", "none").expect(200);
        expectRefused(
                "{\"body\": \"one two three four five\"}",
                "the text has [5] tokens, model [default] takes at most [3]: shorten it, or set"
                        + " [embedding.model.default.truncate] to [end] to have it cut");
        assertEquals(List.of(), service.inputs());
    }

    @Test
    public void testWrongDimensionsAreRefused() {
        expectRefused(
                "{\"own\": [1, 2, 3]}",
                "field [own] expects 4 dimensions, got 3: does the vector come from the field's model?");
        expectRefused("{\"own\": [1, 2, 3, 4, 5]}", "field [own] expects 4 dimensions, got 5");
        expectRefused(
                "{\"own\": \"%s\"}".formatted(Base64Vector.of(1, 2, 3)), "field [own] expects 4 dimensions, got 3");
        expectRefused("{\"own\": []}", "field [own] expects 4 dimensions, got 0");
    }

    @Test
    public void testNumbersThatAreNotFiniteAreRefused() {
        expectRefused(
                "{\"own\": \"%s\"}".formatted(Base64Vector.of(1, Float.NaN, 3, 4)),
                "field [own] expects finite numbers, got [NaN] at index [1]");
        expectRefused("{\"own\": [1, 2, 3, 1e39]}", "field [own] expects finite numbers, got [Infinity] at index [3]");
        expectRefused(
                "{\"own\": [1, 2, 3, \"NaN\"]}",
                "field [own] expects an array of numbers or base64 of little-endian float32, got VALUE_STRING inside the"
                        + " array");
    }

    @Test
    public void testWrongBase64IsRefused() {
        expectRefused(
                "{\"own\": \"not base64!\"}",
                "field [own] expects an array of numbers or base64 of little-endian float32, got a string of 11"
                        + " characters that is not base64");
        expectRefused(
                "{\"own\": \"AAAA\"}",
                "field [own] expects base64 of little-endian float32, four bytes a number, got 3 bytes");
    }

    @Test
    public void testOtherKindsOfValuesAreRefused() {
        String expected = "field [own] expects an array of numbers or base64 of little-endian float32, got ";
        expectRefused("{\"own\": true}", expected + "VALUE_BOOLEAN");
        expectRefused("{\"own\": {\"a\": 1}}", expected + "START_OBJECT");
        expectRefused("{\"own\": [[1, 2, 3, 4]]}", expected + "START_ARRAY inside the array");
        expectRefused("{\"own\": [1, null, 3, 4]}", expected + "VALUE_NULL inside the array");
    }

    @Test
    public void testVectorOfZerosIsRefusedWhereItHasNoDirection() {
        expectRefused(
                "{\"own\": [0, 0, 0, 0]}",
                "field [own] with similarity [cosine] expects a vector that is not all zeros");
        assertEquals(
                "[0,0,0,0]", indexed("{\"flat\": [0, 0, 0, 0]}").get("flat").toString());
    }

    @Test
    public void testDotProductWantsUnitLength() {
        expectRefused(
                "{\"unit\": [3, 4, 0, 0]}",
                "field [unit] with similarity [dot_product] expects vectors of length 1, got length [5.0]: normalise them"
                        + " or use similarity [cosine]");
    }

    @Test
    public void testVectorSentForSourceFieldsIsReplacedByThatOfTheText() {
        String other = Articles.vectorOf("something else");
        expectEmbedded("{\"body\": \"curling\", \"meaning\": \"%s\"}".formatted(other), "curling");
    }

    @Test
    public void testVectorSentWithoutTextIsNotKept() {
        expectNothingToEmbed("{\"meaning\": \"%s\"}".formatted(Articles.vectorOf("no text")));
    }

    @Test
    public void testOneBulkRequestReportsEachItem() {
        String lines = """
                {"index": {"_id": "fine"}}
                {"body": "fine"}
                {"index": {"_id": "object"}}
                {"body": {"an": "object"}}
                {"index": {"_id": "short"}}
                {"body": "short", "own": [1]}
                {"index": {"_id": "also-fine"}}
                {"body": "also fine", "own": [1, 2, 3, 4]}
                """;
        int before = Articles.count(http, INDEX);
        Answer bulk = http.bulk(INDEX + "/_bulk", lines).expect(200);
        assertEquals(201, bulk.item(0).get("status").asInt());
        bulk.expectItemError(1, 400, "got an object");
        bulk.expectItemError(2, 400, "field [own] expects 4 dimensions, got 1");
        assertEquals(201, bulk.item(3).get("status").asInt());
        assertEquals(before + 2, Articles.count(http, INDEX));
        assertEquals(Collections.nCopies(2, true), List.of(has("fine"), has("also-fine")));
    }

    private boolean has(String id) {
        return http.source(INDEX, id).has("meaning");
    }
}
