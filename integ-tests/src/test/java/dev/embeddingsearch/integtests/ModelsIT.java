/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.testkit.Base64Vector;
import dev.embeddingsearch.testkit.Call;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.TextVectors;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;

/** Several models side by side, and what each side of a search asks them for. */
public class ModelsIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String INDEX = "models";
    private static final String PAIRED = "text-search-ada-doc-001";

    private final Http http = NODE.http();
    private final FakeEmbeddingService service = NODE.service();

    @BeforeClass
    public static void createIndex() {
        addModels();
        NODE.http().put(INDEX, """
                {"mappings": {"properties": {
                    "text": {"type": "text"},
                    "small": {"type": "embedding", "dimensions": 256, "source_fields": ["text"]},
                    "large": {"type": "embedding", "model": "large", "dimensions": 300, "source_fields": ["text"]},
                    "paired": {"type": "embedding", "model": "paired", "source_fields": ["text"], "input_type": "text"}
                }}}
                """).expect(200);
        NODE.http().bulk(INDEX + "/_bulk", """
                {"index": {"_id": "1"}}
                {"text": "stones slide over ice"}
                {"index": {"_id": "2"}}
                {"text": "a board game\\nof two armies"}
                """).expectAllItems();
        List<String> texts = List.of("stones slide over ice", "a board game\nof two armies");
        assertEquals(
                Set.of(
                        List.of("text-embedding-3-small", texts, 256),
                        List.of("text-embedding-3-large", texts, 300),
                        List.of(PAIRED, List.of("stones slide over ice", "a board game of two armies"), 0)),
                new HashSet<>(calls(NODE.service())));
    }

    /** Model, texts and dimensions of each call, none of which has a key. */
    private static List<List<Object>> calls(FakeEmbeddingService service) {
        service.calls().forEach(call -> assertNull(call.authorization()));
        return service.calls().stream()
                .map(call -> List.<Object>of(call.model(), call.inputs(), call.dimensions()))
                .toList();
    }

    private static void addModels() {
        NODE.settings("large.id", "text-embedding-3-large").expect(200);
        NODE.settings("large.url", NODE.service().url()).expect(200);
        NODE.settings("paired.id", PAIRED).expect(200);
        NODE.settings("paired.url", NODE.service().url()).expect(200);
    }

    @Before
    public void restore() {
        NODE.restore();
        addModels();
    }

    @Test
    public void testEachFieldHasTheVectorsOfItsModel() {
        JsonNode source = http.source(INDEX, "1");
        assertEquals(vector("text-embedding-3-small", 256), source.get("small").asText());
        assertEquals(vector("text-embedding-3-large", 300), source.get("large").asText());
        assertEquals(1024, Base64Vector.read(source.get("paired").asText()).length);
    }

    private static String vector(String model, int dimensions) {
        return Base64Vector.of(TextVectors.ofWords(model, "stones slide over ice", dimensions));
    }

    @Test
    public void testQueryAsksTheModelOfItsField() {
        expectQueryCall("small", "text-embedding-3-small", 256);
        expectQueryCall("large", "text-embedding-3-large", 300);
        expectQueryCall("paired", "text-search-ada-query-001", 0);
    }

    private void expectQueryCall(String field, String model, int dimensions) {
        service.reset();
        Answer found = http.search(
                INDEX, "{\"query\": {\"embedding\": {\"field\": \"%s\", \"text\": \"ice stones\"}}}".formatted(field));
        assertEquals(List.of(List.of(model, List.of("ice stones"), dimensions)), calls(service));
        assertEquals(2, found.total());
    }

    @Test
    public void testBothFieldsInOneQueryAskBothModels() {
        Answer found = http.search(INDEX, """
                {"query": {"bool": {"should": [
                    {"embedding": {"field": "small", "text": "ice stones", "k": 1}},
                    {"embedding": {"field": "large", "text": "ice stones", "k": 1}}]}}}
                """);
        assertEquals(List.of("1"), found.ids());
        assertEquals(
                Set.of("text-embedding-3-small", "text-embedding-3-large"),
                new HashSet<>(service.calls().stream().map(Call::model).toList()));
    }

    @Test
    public void testPrefixesTellTheSidesApart() {
        NODE.settings("prefixed.id", "text-embedding-3-small").expect(200);
        NODE.settings("prefixed.url", service.url()).expect(200);
        NODE.settings("prefixed.document_prefix", "passage: ").expect(200);
        NODE.settings("prefixed.query_prefix", "query: ").expect(200);
        http.put("prefixes", """
                {"mappings": {"properties": {"meaning":
                    {"type": "embedding", "model": "prefixed", "dimensions": 8, "source_fields": ["text"]}}}}
                """).expect(200);
        http.put("prefixes/_doc/1?refresh=true", "{\"text\": \"stones\"}").expect(201);
        http.search("prefixes", "{\"query\": {\"embedding\": {\"field\": \"meaning\", \"text\": \"ice\"}}}");
        assertEquals(List.of("passage: stones", "query: ice"), service.inputs());
    }

    @Test
    public void testSearchOverIndicesOfTwoModelsAsksEachOnce() {
        for (String model : List.of("default", "large")) {
            http.put("of-" + model, """
                    {"settings": {"number_of_shards": 2}, "mappings": {"properties": {
                        "text": {"type": "text"},
                        "meaning": {"type": "embedding", "model": "%s", "dimensions": 256, "source_fields": ["text"]}}}}
                    """.formatted(model)).expect(200);
            http.put("of-" + model + "/_doc/" + model + "?refresh=true", "{\"text\": \"stones\"}")
                    .expect(201);
        }
        service.reset();
        Answer found =
                http.search("of-*", "{\"query\": {\"embedding\": {\"field\": \"meaning\", \"text\": \"stones\"}}}");
        assertEquals(2, found.total());
        assertEquals(2, service.calls().size());
        assertEquals(found.scores().get(0), found.scores().get(1), 1e-3);
    }

    @Test
    public void testMappingKeepsModelIdAndDimensions() {
        JsonNode field = http.get(INDEX + "/_mapping").at("/models/mappings/properties/paired");
        assertEquals(PAIRED, field.get("model_id").asText());
        assertEquals(1024, field.get("dimensions").asInt());
    }
}
