/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import dev.embeddingsearch.model.InputType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.test.OpenSearchTestCase;

public class MappedEmbeddingTests extends OpenSearchTestCase {

    static Map<String, Object> json(String json) {
        return XContentHelper.convertToMap(JsonXContent.jsonXContent, json, true);
    }

    public void testNothingInMappingsWithoutEmbeddings() {
        assertEquals(List.of(), MappedEmbedding.in(json("{}")));
        assertEquals(List.of(), MappedEmbedding.in(json("{\"dynamic\":\"strict\"}")));
        assertEquals(
                List.of(),
                MappedEmbedding.in(
                        json("{\"properties\":{\"a\":{\"type\":\"text\"},\"type\":{\"type\":\"keyword\"}}}")));
    }

    public void testDefaultsOfATemplate() {
        List<MappedEmbedding> found = MappedEmbedding.in(json("{\"properties\":{\"v\":{\"type\":\"embedding\"}}}"));
        assertEquals(
                List.of(new MappedEmbedding(
                        "v",
                        false,
                        new FieldModel("default", null, 0, InputType.TEXT),
                        true,
                        List.of(),
                        OnFailure.FAIL)),
                found);
    }

    public void testCompleteFieldsUnderDocAndInObjects() {
        List<MappedEmbedding> found = MappedEmbedding.in(json("""
                {"_doc":{"properties":{
                  "o":{"properties":{"v":{"type":"embedding","model":"m","model_id":"i","dimensions":7,
                    "input_type":"code","source_fields":["a","b.c"],"on_failure":"index_without_vector"}}},
                  "n":{"type":"nested","properties":{"o":{"properties":{"w":{"type":"embedding","source_fields":"t"}}}}},
                  "a.b":{"type":"embedding"}}}}"""));
        assertEquals(
                List.of(
                        new MappedEmbedding(
                                "o.v",
                                false,
                                new FieldModel("m", "i", 7, InputType.CODE),
                                true,
                                List.of("a", "b.c"),
                                OnFailure.INDEX_WITHOUT_VECTOR),
                        new MappedEmbedding(
                                "n.o.w",
                                true,
                                new FieldModel("default", null, 0, InputType.TEXT),
                                true,
                                List.of("t"),
                                OnFailure.FAIL),
                        new MappedEmbedding(
                                "a.b",
                                false,
                                new FieldModel("default", null, 0, InputType.TEXT),
                                true,
                                List.of(),
                                OnFailure.FAIL)),
                found.stream().sorted((x, y) -> y.path().compareTo(x.path())).toList());
    }

    /** A field may be named as the keys of mappings are. */
    public void testFieldsNamedLikeKeys() {
        List<MappedEmbedding> found = MappedEmbedding.in(json("""
                {"properties":{"properties":{"properties":{"type":{"type":"embedding"}}}}}"""));
        assertEquals("properties.type", found.getFirst().path());
    }

    public void testKnowsWhichVectorsTheSourceKeeps() {
        Map<String, Object> properties = Map.of("a", Map.of("type", "embedding"), "b", Map.of("type", "embedding"));
        assertEquals(Set.of("a", "b"), inSource(Map.of("properties", properties)));
        assertEquals(
                Set.of("b"), inSource(Map.of("properties", properties, "_source", Map.of("excludes", List.of("a*")))));
        assertEquals(
                Set.of("a"), inSource(Map.of("properties", properties, "_source", Map.of("includes", List.of("a")))));
    }

    public void testKnowsVectorsInsideObjectsThatTheSourceLeavesOut() {
        Map<String, Object> inside = Map.of("o", Map.of("properties", Map.of("v", Map.of("type", "embedding"))));
        assertEquals(Set.of(), inSource(Map.of("properties", inside, "_source", Map.of("excludes", List.of("o")))));
        assertEquals(Set.of(), inSource(Map.of("properties", inside, "_source", Map.of("excludes", List.of("o.v")))));
        assertEquals(
                Set.of("o.v"), inSource(Map.of("properties", inside, "_source", Map.of("includes", List.of("o")))));
        assertEquals(
                Set.of("o.v"), inSource(Map.of("properties", inside, "_source", Map.of("excludes", List.of("o.w")))));
    }

    private static List<String> sources(String embedding, String others) {
        return MappedEmbedding.in(json("{\"properties\":{\"m\":{\"type\":\"embedding\",\"source_fields\":" + embedding
                        + "}," + others + "}}"))
                .getFirst()
                .sourceFields();
    }

    public void testWildcardsStandForMappedTextFields() {
        String fields = """
                "sec":{"properties":{
                  "title":{"type":"text","fields":{"raw":{"type":"keyword"}}},
                  "all":{"type":"text"},
                  "body":{"type":"text","copy_to":"sec.all"},
                  "stars":{"type":"integer"},
                  "list":{"type":"nested","properties":{"tag":{"type":"keyword"}}}}},
                "section":{"type":"text"}""";
        assertEquals(List.of("sec.body", "sec.list.tag", "sec.title"), sources("[\"sec.*\"]", fields));
        assertEquals(
                "each once, where it is named first",
                List.of("section", "sec.title", "sec.body", "sec.list.tag"),
                sources("[\"section\",\"sec.title\",\"*\"]", fields));
        assertEquals(List.of(), sources("\"other.*\"", fields));
    }

    public void testAliasesStandForTheirFields() {
        assertEquals(
                List.of("o.t", "u"),
                sources(
                        "[\"short\",\"u\"]",
                        "\"short\":{\"type\":\"alias\",\"path\":\"o.t\"},\"o\":{\"properties\":{\"t\":{\"type\":\"text\"}}}"));
    }

    public void testNamesInOneString() {
        assertEquals(List.of("a", "b"), sources("\"a, b\"", "\"a\":{\"type\":\"text\"}"));
        assertEquals(List.of(), sources("[[\"a\",\"b\"]]", "\"a\":{\"type\":\"text\"}"));
        assertEquals(List.of("a, b"), sources("[\"a, b\"]", "\"a\":{\"type\":\"text\"}"));
    }

    private static Set<String> inSource(Map<String, Object> mapping) {
        return MappedEmbedding.in(mapping).stream()
                .filter(MappedEmbedding::inSource)
                .map(MappedEmbedding::path)
                .collect(Collectors.toSet());
    }
}
