/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import dev.embeddingsearch.testkit.FakeEmbeddingService;
import java.util.List;
import org.junit.After;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;

/** What {@code source_fields} may name, and which mapping tells where an index is about to be created. */
public class SourceFieldsIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private final Http http = NODE.http();
    private final FakeEmbeddingService service = NODE.service();

    @Before
    public void restore() {
        NODE.restore();
    }

    @After
    public void removeTemplates() {
        http.delete("_data_stream/*").expect(200);
        http.delete("_template/*").expect(200);
        http.delete("_index_template/*").expect(200);
        http.delete("_component_template/*").expect(200);
    }

    private static String mappings(String sources, String others) {
        return "{\"mappings\": {\"properties\": {\"meaning\": {\"type\": \"embedding\", \"source_fields\": " + sources
                + "}, " + others + "}}}";
    }

    @Test
    public void testWildcardsAliasesAndNamesInOneString() {
        http.put("wild", mappings("\"section.*, short\"", """
                "section": {"properties": {
                    "title": {"type": "text", "fields": {"raw": {"type": "keyword"}}},
                    "body": {"type": "text"}, "stars": {"type": "integer"}}},
                "name": {"type": "keyword"}, "short": {"type": "alias", "path": "name"}""")).expect(200);
        http.put("wild/_doc/1", """
                {"section": {"title": "Curling", "body": "stones", "stars": 5}, "name": "ice"}""").expect(201);
        assertEquals(List.of("stones\nCurling\nice"), service.inputs());
    }

    @Test
    public void testWhatDocumentsNeverShowIsRefused() {
        String multiField = mappings("[\"title.raw\"]", """
                "title": {"type": "text", "fields": {"raw": {"type": "keyword"}}}""");
        String reason =
                "field [meaning] cannot read [title.raw] in [source_fields]: it is a multi-field of [title], which"
                        + " documents do not have. Name [title]";
        http.put("refused", multiField).expectError(400, reason);
        http.put("_component_template/refused", "{\"template\": " + multiField + "}")
                .expectError(400, reason);
        http.put("_index_template/refused", "{\"index_patterns\": [\"r*\"], \"template\": " + multiField + "}")
                .expectError(400, reason);
        http.put("_template/refused", "{\"index_patterns\": [\"r*\"], " + multiField.substring(1))
                .expectError(400, reason);
        http.put("refused", mappings("[]", "\"title\": {\"type\": \"text\", \"copy_to\": \"meaning\"}"))
                .expectError(400, "[copy_to] of [title] copies text to field [meaning], which takes vectors");
        assertEquals(404, http.get("refused").status());
    }

    @Test
    public void testFieldToComeIsWarnedOfAndCheckedWhenItComes() {
        Answer created = http.put("later", mappings("[\"titel\"]", "\"n\": {\"type\": \"integer\"}"))
                .expect(200);
        assertEquals(
                List.of(
                        "field [meaning] names [titel] in [source_fields], which matches no mapped field yet: is it spelled as"
                                + " in the documents?"),
                created.warnings());
        assertEquals(
                List.of(),
                http.put("later/_mapping", "{\"properties\": {\"other\": {\"type\": \"text\"}}}")
                        .expect(200)
                        .warnings());
        http.put("later/_mapping", "{\"properties\": {\"titel\": {\"properties\": {\"de\": {\"type\": \"text\"}}}}}")
                .expectError(
                        400,
                        "cannot read [titel] in [source_fields]: it is an object. Name the fields inside it, or"
                                + " [titel.*]");
        http.put("later/_doc/1", "{\"titel\": \"Eis\"}").expect(201);
        assertEquals(List.of("Eis"), service.inputs());
    }

    private void putLegacy(String name, int order, String meaning) {
        http.put("_template/" + name, """
                {"index_patterns": ["legacy-*"], "order": %d, "mappings": {"properties": {
                    "title": {"type": "text"}, "body": {"type": "text"}, "meaning": %s}}}
                """.formatted(order, meaning)).expect(200);
    }

    @Test
    public void testLegacyTemplatesOfAnIndexThatABulkRequestCreates() {
        putLegacy("weak", 1, "{\"type\": \"embedding\", \"source_fields\": [\"title\"]}");
        putLegacy("strong", 2, "{\"type\": \"embedding\", \"source_fields\": [\"body\"]}");
        String lines = "{\"index\": {\"_id\": \"1\"}}\n{\"title\": \"Curling\", \"body\": \"stones\"}\n";
        http.bulk("legacy-1/_bulk", lines).expectAllItems();
        // Since 3.8 OpenSearch merges the lists of both templates.
        boolean merged = !System.getProperty("opensearch.version").matches("3\\.[67]\\..*");
        List<String> texts = List.of(merged ? "Curling\nstones" : "stones");
        assertEquals(texts, service.inputs());
        putLegacy("strong", 2, "{\"type\": \"text\"}");
        Answer text = http.bulk("legacy-2/_bulk", lines);
        if (merged) {
            text.expectItemError(0, 400, "unknown parameter [source_fields] on mapper [meaning] of type [text]");
        } else {
            text.expectAllItems();
            assertNull(http.source("legacy-2", "1").get("meaning"));
        }
        assertEquals(texts, service.inputs());
    }

    @Test
    public void testComponentsOfADataStreamThatABulkRequestCreates() {
        http.put(
                        "_component_template/titles",
                        "{\"template\": " + mappings("[\"title\"]", "\"title\": {\"type\": \"text\"}") + "}")
                .expect(200);
        http.put(
                        "_component_template/bodies",
                        "{\"template\": " + mappings("[\"body\"]", "\"body\": {\"type\": \"text\"}") + "}")
                .expect(200);
        http.put("_index_template/streams", """
                {"index_patterns": ["notes-*"], "data_stream": {}, "composed_of": ["titles", "bodies"]}""").expect(200);
        String lines = """
                {"create": {}}
                {"@timestamp": "2026-01-01", "title": "Curling", "body": "stones"}
                """;
        http.bulk("notes-1/_bulk", lines).expectAllItems();
        assertEquals(List.of("stones"), service.inputs());
        http.bulk("notes-1/_bulk", lines).expectAllItems();
        assertEquals(List.of("stones", "stones"), service.inputs());
    }

    @Test
    public void testProcessorWithOneTargetForTwoTexts() {
        http.put("_ingest/pipeline/both", """
                {"processors": [{"embedding": {"field_map": {"title": "meaning", "body": "meaning"}}}]}""")
                .expectError(400, "[field_map] expects a target of its own for each source, but of [");
        http.put("_ingest/pipeline/same", "{\"processors\": [{\"embedding\": {\"field_map\": {\"body\": \"body\"}}}]}")
                .expectError(400, "the vector in [body] would replace the text in [body]: choose another target");
    }
}
