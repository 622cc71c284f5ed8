/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;

/** Code is found by its words, by its names and by other code, with the index template of docs/code-search.md. */
public class CodeSearchIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final String INDEX = "code-samples";
    private static final Pattern TEMPLATE =
            Pattern.compile("```json\n(\\{\\s*\"index_patterns\".*?)```", Pattern.DOTALL);
    private static final String PARSE =
            "/** Reads what the server sent. */\nResponse parseHTTPResponse(byte[] body) { return decode(body); }";
    private static final String SORT = "def sort_dict(d):\n    return sorted(d.items())";
    private static final String SNAKE =
            "def parse_response(http):\n    # python client\n    return http.parse().response";

    private final Http http = NODE.http();

    @BeforeClass
    public static void index() throws IOException {
        Path page = Path.of(System.getProperty("readme")).resolveSibling("docs/code-search.md");
        Matcher template = TEMPLATE.matcher(Files.readString(page));
        assertTrue("no index template in " + page, template.find());
        NODE.http().put("_index_template/code", template.group(1)).expect(200);
        add("java", "parseHTTPResponse", PARSE);
        add("sort", "sort_dict", SORT);
        add("python", "parse_response", SNAKE);
    }

    private static void add(String id, String symbol, String code) {
        ObjectNode document = new ObjectMapper().createObjectNode();
        document.put("path", "src/" + id).put("symbol", symbol).put("code", code);
        NODE.http()
                .put(INDEX + "/_doc/" + id + "?refresh=true", document.toString())
                .expect(201);
    }

    @Before
    public void restore() {
        NODE.restore();
    }

    private List<String> found(String query) {
        return http.search(INDEX, "{\"query\": " + query + "}").ids();
    }

    @Test
    public void testSynonymsStandBehindTheFiltersOfCode() {
        http.put("synonyms", """
                {"settings": {"analysis": {
                   "filter": {"names": {"type": "synonym_graph",
                      "synonyms": ["db, database", "getUser, fetchAccount", "sort the dict, orderMap"]}},
                   "analyzer": {"asked": {"tokenizer": "code",
                      "filter": ["code_question", "code_identifiers", "lowercase", "names"]}}}},
                 "mappings": {"properties": {
                   "code": {"type": "text", "analyzer": "code", "search_analyzer": "asked"}}}}""").expect(200);
        http.put("synonyms/_doc/1?refresh=true", "{\"code\": \"openDatabase(fetchAccount)\"}")
                .expect(201);
        for (String asked : List.of("db", "openDb", "getUser", "database")) {
            String query = "{\"query\": {\"match\": {\"code\": \"" + asked + "\"}}}";
            assertEquals(asked, List.of("1"), http.search("synonyms", query).ids());
        }
        http.delete("synonyms").expect(200);
    }

    @Test
    public void testAnalyzersWorkWithoutAnIndex() {
        Answer analyzed = http.post("_analyze", "{\"analyzer\": \"code\", \"text\": \"x.parseHTTPResponses\"}")
                .expect(200);
        List<String> tokens = new ArrayList<>();
        for (JsonNode token : analyzed.at("/tokens")) {
            tokens.add(token.get("token").asText() + " " + token.get("position") + " " + token.get("start_offset") + "-"
                    + token.get("end_offset"));
        }
        assertEquals(
                List.of("x 0 0-1", "parsehttpresponses 1 2-20", "parse 1 2-7", "http 2 7-11", "response 3 11-20"),
                tokens);
        assertEquals(
                "[sort, dict]",
                http.post("_analyze", "{\"analyzer\": \"code_search\", \"text\": \"python sort a dict\"}")
                        .expect(200)
                        .at("/tokens")
                        .findValuesAsText("token")
                        .toString());
    }

    @Test
    public void testFiltersTakeParameters() {
        String filter =
                "{\"tokenizer\": \"code\", \"filter\": [{\"type\": \"code_identifiers\", \"originals\": \"%s\"}], \"text\":"
                        + " \"readUtf8\"}";
        assertEquals(
                List.of("read", "Utf", "8"),
                http.post("_analyze", filter.formatted("none"))
                        .expect(200)
                        .at("/tokens")
                        .findValuesAsText("token"));
        http.post("_analyze", filter.formatted("some"))
                .expectError(400, "[originals] expects [overlap], [apart] or [none], got [some]");
    }

    @Test
    public void testNamesAreFoundExactlyAndInWords() {
        assertEquals(
                "java", found("{\"match\": {\"code\": \"parseHTTPResponse\"}}").get(0));
        assertEquals(
                "python", found("{\"match\": {\"code\": \"parse_response\"}}").get(0));
        assertEquals(List.of("sort"), found("{\"match\": {\"code\": \"python: how to sort the dict\"}}"));
        assertEquals(List.of("python"), found("{\"match\": {\"code\": \"python\"}}"));
        assertEquals(List.of("sort"), found("{\"term\": {\"symbol.exact\": \"sort_dict\"}}"));
    }

    @Test
    public void testPhrasesFindWordsWithinIdentifiers() {
        assertEquals(List.of("java"), found("{\"match_phrase\": {\"code\": \"http response\"}}"));
        assertEquals(List.of("java"), found("{\"match_phrase\": {\"code\": \"parseHTTPResponse\"}}"));
        assertEquals(List.of("java"), found("{\"match_phrase\": {\"code\": \"parse http responses\"}}"));
        assertEquals(List.of(), found("{\"match_phrase\": {\"code\": \"byte response\"}}"));
    }

    @Test
    public void testHighlightsMarkTheWordsThatMatched() {
        assertEquals(
                "/** <em>Reads</em> what the server sent. */\n<em>Response</em> parse<em>HTTP</em><em>Response</em>(byte[]"
                        + " body) { return decode(body); }",
                highlighted("unified", "read an http response"));
        for (String type : List.of("unified", "plain")) {
            String name = highlighted(type, "parseHTTPResponse");
            assertTrue(name, name.replace("</em><em>", "").contains("<em>parseHTTPResponse</em>(byte"));
        }
    }

    private String highlighted(String type, String question) {
        Answer answer = http.search(INDEX, """
                {"query": {"match": {"code": "%s"}}, "highlight": {"type": "%s", "fields": {"code": {}},
                  "number_of_fragments": 0}}""".formatted(question, type));
        assertEquals("java", answer.ids().get(0));
        return answer.hits().get(0).at("/highlight/code/0").asText();
    }

    @Test
    public void testWhatIsCalledExactlySoComesFirst() {
        for (String[] asked :
                new String[][] {{"parseHTTPResponse", "java"}, {"sort_dict", "sort"}, {"parse_response", "python"}}) {
            Answer answer = http.search(INDEX, """
                    {"query": {"bool": {
                      "must": {"hybrid_match": {"query": "%1$s", "fields": ["code", "symbol^0.25"],
                        "type": "most_fields", "embedding_field": "embedding"}},
                      "should": {"constant_score": {"filter": {"term": {"symbol.exact": "%1$s"}}, "boost": 1}}}}}""".formatted(asked[0]));
            assertEquals(asked[1], answer.ids().get(0));
            assertTrue(answer.hits().get(0).get("_score").asDouble() > 1);
            assertTrue(answer.hits().get(1).get("_score").asDouble() <= 1);
        }
    }

    @Test
    public void testHitsWithoutAMatchingWordShowTheirBeginning() {
        String search = """
                {"size": 1, "query": {"hybrid_match": {"lexical": {"match": {"code": "zzz"}},
                  "embedding": {"field": "embedding", "code": "src/java\\n%s"}}},
                  "highlight": {"fields": {"code": {%s}}}}""";
        String text = PARSE.replace("\n", "\\n");
        JsonNode unmarked =
                http.search(INDEX, search.formatted(text, "")).hits().get(0);
        assertEquals("java", unmarked.get("_id").asText());
        assertTrue(unmarked.path("highlight").isMissingNode());
        for (String options : List.of("\"no_match_size\": 150", "\"no_match_size\": 150, \"number_of_fragments\": 0")) {
            JsonNode hit =
                    http.search(INDEX, search.formatted(text, options)).hits().get(0);
            assertEquals(PARSE, hit.at("/highlight/code/0").asText());
        }
    }

    @Test
    public void testCodeFindsCode() {
        NODE.service().reset();
        List<String> ids = found("""
                {"hybrid_match": {"code": "sorted(d.items())", "fields": ["code", "symbol^0.25"], "type": "most_fields",
                  "embedding_field": "embedding"}}""");
        assertEquals("sort", ids.get(0));
        assertEquals(List.of("sorted(d.items())"), NODE.service().inputs());
    }
}
