/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;

import dev.embeddingsearch.testkit.Base64Vector;
import java.util.List;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;

/** What mappings, settings, pipelines and queries that cannot work are told. */
public class BadRequestsIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String INDEX = "requests";

    private final Http http = NODE.http();

    @BeforeClass
    public static void createIndex() {
        Articles.create(NODE.http(), INDEX, 1);
        NODE.http()
                .put(INDEX + "/_doc/1?refresh=true", "{\"body\": \"curling\"}")
                .expect(201);
    }

    @Before
    public void restore() {
        NODE.restore();
    }

    private void expectMappingRefused(String field, String... words) {
        http.put("refused", "{\"mappings\": {\"properties\": {\"meaning\": " + field + "}}}")
                .expectError(400, words);
        assertEquals(404, http.get("refused").status());
    }

    private void expectQueryRefused(String query, String... words) {
        http.post(INDEX + "/_search", "{\"query\": " + query + "}").expectError(400, words);
    }

    @Test
    public void testUnknownModelInAMapping() {
        expectMappingRefused(
                "{\"type\": \"embedding\", \"model\": \"nope\"}",
                "no model [nope]: configured are [default]; add it with the settings [embedding.model.nope.id] and"
                        + " [embedding.model.nope.url]");
    }

    @Test
    public void testUnknownModelIdWithoutDimensions() {
        NODE.settings("own.id", "made-at-home").expect(200);
        NODE.settings("own.url", NODE.service().url()).expect(200);
        expectMappingRefused(
                "{\"type\": \"embedding\", \"model\": \"own\"}",
                "field [meaning] expects [dimensions]: those of model [own], id [made-at-home], are not known");
    }

    @Test
    public void testWrongMappingParameters() {
        expectMappingRefused(
                "{\"type\": \"embedding\", \"similarity\": \"near\"}",
                "[similarity] expects one of [cosine, dot_product, max_inner_product, l2_norm], got [near]");
        expectMappingRefused(
                "{\"type\": \"embedding\", \"dimensions\": 20000}",
                "field [meaning] expects [dimensions] from 1 to 16384, got [20000]");
        expectMappingRefused(
                "{\"type\": \"embedding\", \"input_type\": \"image\"}",
                "[input_type] expects [text] or [code], got [image]");
        expectMappingRefused(
                "{\"type\": \"embedding\", \"index_options\": {\"m\": 1}}", "[index_options.m] expects 2 to ");
        expectMappingRefused("{\"type\": \"embedding\", \"colour\": \"red\"}", "unknown parameter [colour]");
    }

    @Test
    public void testUnknownModelInAProcessor() {
        http.put("_ingest/pipeline/unknown-model", """
                {"processors": [{"embedding": {"model": "nope", "field_map": {"body": "vector"}}}]}
                """).expect(200);
        http.put("unmapped/_doc/1?pipeline=unknown-model", "{\"body\": \"curling\"}")
                .expectError(400, "no model [nope]: configured are [default]");
        assertEquals(404, http.get("unmapped/_doc/1").status());
    }

    @Test
    public void testWrongProcessorOptions() {
        expectPipelineRefused("{}", "[field_map] required property is missing");
        expectPipelineRefused(
                "{\"field_map\": {}}",
                "[field_map] expects source field names with target field names, such as {\"body\": \"body_vector\"}");
        expectPipelineRefused(
                "{\"field_map\": {\"a\": \"b\"}, \"input_type\": \"image\"}",
                "[input_type] expects [text] or [code], got [image]");
        expectPipelineRefused("{\"field_map\": {\"a\": \"b\"}, \"batch_size\": 0}", "[batch_size]");
    }

    private void expectPipelineRefused(String options, String... words) {
        http.put("_ingest/pipeline/refused", "{\"processors\": [{\"embedding\": " + options + "}]}")
                .expectError(400, words);
    }

    @Test
    public void testUnknownSettingOfAModel() {
        NODE.settings("default.colour", "red").expectError(400, "[embedding.model.default.colour], not recognized");
    }

    @Test
    public void testKeyIsNoClusterSetting() {
        Answer refused = NODE.settings("default.api_key", "sk-in-the-open");
        refused.expectError(400, "[embedding.model.default.api_key]");
        assertEquals(-1, refused.body().toString().indexOf("sk-in-the-open"));
    }

    @Test
    public void testUrlOutsideTheAllowlist() {
        NODE.settings("default.url", "http://example.org/v1")
                .expectError(
                        400,
                        "[embedding.model.default.url] is [http://example.org/v1], which no entry of"
                                + " [embedding.url_allowlist] permits; add its scheme, host and port to that setting in"
                                + " opensearch.yml of every node");
        NODE.settings("default.url", "ftp://127.0.0.1/v1").expectError(400, "expected a base URL like");
        http.put("_cluster/settings", "{\"persistent\": {\"embedding.url_allowlist\": [\"http://example.org\"]}}")
                .expectError(400, "embedding.url_allowlist");
    }

    @Test
    public void testWrongSettingValues() {
        NODE.settings("default.dimensions", 99999).expectError(400, "[embedding.model.default.dimensions]", "16384");
        NODE.settings("default.truncate", "middle")
                .expectError(400, "[embedding.model.default.truncate] expected [end] or [none], got [middle]");
        NODE.settings("default.provider", "acme")
                .expectError(400, "[embedding.model.default.provider] expected [openai] or [azure], got [acme]");
        NODE.settings("default.id", "text-search-ada-query-001")
                .expectError(
                        400, "embeds queries only: set [id] to [text-search-ada-doc-001], its partner for documents");
    }

    @Test
    public void testModelIdChangedAfterTheFieldWasCreated() {
        NODE.settings("default.id", "text-embedding-3-large").expect(200);
        String both =
                "field [meaning] holds vectors of model id [text-embedding-3-small], but model [default] now has id"
                        + " [text-embedding-3-large]: give the model its id back, or reindex into a field created with the new"
                        + " one";
        http.post(INDEX + "/_doc", "{\"body\": \"rowing\"}").expectError(400, both);
        http.bulk(INDEX + "/_bulk", "{\"index\": {}}\n{\"body\": \"rowing\"}\n").expectItemError(0, 400, both);
        expectQueryRefused("{\"embedding\": {\"field\": \"meaning\", \"text\": \"curling\"}}", both);
        assertEquals(1, Articles.count(http, INDEX));
        assertEquals(List.of(), NODE.service().calls());
        http.put(INDEX + "/_settings", "{\"index.refresh_interval\": \"1s\"}").expect(200);
    }

    @Test
    public void testModelThatIsGoneStillLetsItsIndexOpen() {
        NODE.settings("brief.id", "text-embedding-3-large").expect(200);
        NODE.settings("brief.url", NODE.service().url()).expect(200);
        http.put("orphan", """
                {"mappings": {"properties": {
                    "body": {"type": "text"},
                    "meaning": {"type": "embedding", "model": "brief", "dimensions": 8, "source_fields": ["body"]}}}}
                """).expect(200);
        http.put("orphan/_doc/1", "{\"body\": \"curling\"}").expect(201);
        http.put("_cluster/settings", "{\"persistent\": {\"embedding.model.brief.*\": null}}")
                .expect(200);
        http.post("orphan/_close", null).expect(200);
        http.post("orphan/_open?wait_for_active_shards=1", null).expect(200);
        assertEquals(1, Articles.vectors(http, "orphan"));
        http.put("orphan/_doc/2", "{\"body\": \"rowing\"}")
                .expectError(400, "no model [brief]: configured are [default]");
        http.post("orphan/_search", "{\"query\": {\"embedding\": {\"field\": \"meaning\", \"text\": \"curling\"}}}")
                .expectError(400, "no model [brief]: configured are [default]");
    }

    @Test
    public void testQueryOnAFieldThatIsNotThere() {
        String embedding = "{\"embedding\": {\"field\": \"%s\", \"text\": \"curling\"}}";
        String expected = "field [%s] is not mapped as [embedding] in any of the 1 searched indices";
        expectQueryRefused(embedding.formatted("nope"), expected.formatted("nope"));
        expectQueryRefused(embedding.formatted("body"), expected.formatted("body"));
        expectQueryRefused(
                "{\"hybrid_match\": {\"query\": \"curling\", \"fields\": [\"body\"], \"embedding_field\": \"nope\"}}",
                expected.formatted("nope"));
        expectQueryRefused(
                "{\"embedding\": {\"field\": \"body\", \"vector\": [1, 2]}}",
                "[embedding] expects a field of type [embedding], but [body] has type [text]");
    }

    @Test
    public void testQueryVectorOfAnotherLength() {
        expectQueryRefused(
                "{\"embedding\": {\"field\": \"meaning\", \"vector\": [1, 2]}}",
                "field [meaning] expects 256 dimensions, got 2: does the vector come from the field's model?");
    }

    @Test
    public void testQueryVectorOfZeros() {
        String zeros = Base64Vector.of(new float[Articles.DIMENSIONS]);
        expectQueryRefused(
                "{\"embedding\": {\"field\": \"meaning\", \"vector\": \"%s\"}}".formatted(zeros),
                "field [meaning] with similarity [cosine] expects a vector that is not all zeros");
    }

    @Test
    public void testQueryOfNothing() {
        expectQueryRefused(
                "{\"embedding\": {\"field\": \"meaning\", \"text\": \" \"}}",
                "[text] expects something to embed, got a blank string");
        expectQueryRefused(
                "{\"embedding\": {\"field\": \"meaning\"}}", "[embedding] expects one of [text], [code] and [vector]");
        expectQueryRefused(
                "{\"hybrid_match\": {\"fields\": [\"body\"], \"embedding_field\": \"meaning\"}}",
                "[hybrid_match] expects [query], [text] or [code], or both [lexical] and [embedding]");
        expectQueryRefused(
                "{\"hybrid_match\": {\"query\": \"curling\", \"fields\": [\"body\"]}}",
                "[hybrid_match] expects the name of the field to search");
    }

    @Test
    public void testWrongQueryOptions() {
        expectQueryRefused(
                "{\"embedding\": {\"field\": \"meaning\", \"text\": \"a\", \"colour\": 1}}",
                "[embedding] unknown field [colour]");
        expectQueryRefused(
                "{\"embedding\": {\"field\": \"meaning\", \"text\": \"a\", \"k\": 0}}",
                "[k] expects 1 to 10000, got [0]");
        expectQueryRefused(
                "{\"hybrid_match\": {\"query\": \"a\", \"fields\": [\"body\"], \"embedding_field\": \"meaning\","
                        + " \"vector_weight\": 1.5}}",
                "[vector_weight] expects a number from 0 to 1, got [1.5]");
    }

    @Test
    public void testQueryTextBeyondTheLimit() {
        NODE.settings("default.max_input_tokens", 3).expect(200);
        NODE.settings("default.truncate", "none").expect(200);
        expectQueryRefused(
                "{\"embedding\": {\"field\": \"meaning\", \"text\": \"one two three four five\"}}",
                "the text has [5] tokens, model [default] takes at most [3]: shorten it");
    }

    @Test
    public void testOtherQueriesOnVectorsSayWhatToUse() {
        expectQueryRefused(
                "{\"term\": {\"meaning\": \"x\"}}",
                "field [meaning] of type [embedding] holds vectors: search it with the query [embedding] or [hybrid_match]");
        http.post(INDEX + "/_search", "{\"sort\": [\"meaning\"]}")
                .expectError(400, "field [meaning] of type [embedding] cannot be sorted by");
    }

    @Test
    public void testScriptedUpdateInsideABulkIsRefused() {
        Answer bulk = http.bulk(INDEX + "/_bulk", """
                {"update": {"_id": "1"}}
                {"script": {"source": "ctx._source.body = 'rowing'"}}
                """).expect(200);
        bulk.expectItemError(
                0,
                400,
                "a scripted update inside [_bulk] would leave field [meaning] with the vector of the old text of [title,"
                        + " body]: use [_update], [_update_by_query] or a partial document instead");
        assertEquals("curling", http.source(INDEX, "1").get("body").asText());
    }

    @Test
    public void testSourceFieldsInsideNestedDocumentsAreRefused() {
        String mappings = """
                {"mappings": {"properties": {"parts": {"type": "nested", "properties": {
                    "text": {"type": "text"},
                    "meaning": {"type": "embedding", "dimensions": 8, "source_fields": ["parts.text"]}}}}}}
                """;
        String expected =
                "field [parts.meaning] is inside nested documents, where [source_fields] is not supported: send"
                        + " its vectors, or use an object field";
        http.put("nested", mappings).expectError(400, expected);
        http.put("_index_template/nested", "{\"index_patterns\": [\"nested*\"], \"template\": " + mappings + "}")
                .expectError(400, expected);
    }

    @Test
    public void testParametersOfAFieldAreFixedOnceCreated() {
        http.put(INDEX + "/_mapping", """
                {"properties": {"meaning": {"type": "embedding", "dimensions": 128, "source_fields": ["title", "body"]}}}
                """).expectError(400, "Cannot update parameter [dimensions] from [256] to [128]");
    }
}
