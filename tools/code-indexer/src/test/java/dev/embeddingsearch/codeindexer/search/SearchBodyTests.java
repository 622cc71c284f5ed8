/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.search;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import org.junit.Test;

public class SearchBodyTests {

    private static JsonNode body(String text, boolean code) {
        return new SearchBody().of(new Question(text, code, 5, 0.4, Map.of("language", "java")));
    }

    @Test
    public void testWordsAreSearchedInBothLegs() {
        JsonNode body = body("sort a list", false);
        JsonNode hybrid = body.at("/query/bool/must/hybrid_match");
        assertEquals("sort a list", hybrid.path("text").asText());
        JsonNode words = hybrid.at("/lexical/bool/should");
        assertEquals("sort a list", words.at("/0/multi_match/query").asText());
        assertEquals("sort a list", words.at("/1/match/symbol/query").asText());
        assertEquals("meaning", hybrid.path("embedding_field").asText());
        assertEquals(0.4, hybrid.path("vector_weight").asDouble(), 0);
        assertEquals(
                "java", hybrid.at("/filter/bool/filter/0/wildcard/language").asText());
        assertTrue(body.at("/query/bool/should").isMissingNode());
        assertTrue(body.at("/ext/hybrid_scores").asBoolean());
        assertEquals("meaning", body.at("/_source/excludes/0").asText());
    }

    @Test
    public void testCodeIsEmbeddedAsCode() {
        JsonNode body = body("shuffle", true);
        assertEquals("shuffle", body.at("/query/bool/must/hybrid_match/code").asText());
        assertTrue(body.at("/query/bool/should").isMissingNode());
    }

    @Test
    public void testNamesLiftTheirDeclarations() {
        JsonNode should = body("ArrayUtils.shuffle", false).at("/query/bool/should");
        assertEquals(4, should.size());
        should.forEach(clause -> assertEquals(
                "shuffle",
                clause.at("/constant_score/filter/bool/filter/0/terms/symbol.raw/0")
                        .asText()));
        assertEquals("type", condition(should, 1, "term/kind"));
        assertEquals("ArrayUtils", condition(should, 2, "match/container/query"));
        assertEquals("ArrayUtils", condition(should, 3, "term/container.raw"));
    }

    @Test
    public void testNamesWithoutOwnerAskForNone() {
        assertEquals(2, body("shuffle", false).at("/query/bool/should").size());
    }

    private static String condition(JsonNode should, int clause, String path) {
        return should.at("/" + clause + "/constant_score/filter/bool/filter/2/" + path)
                .asText();
    }

    @Test
    public void testPartsOfTheSearchAreThoseOfTheWhole() {
        SearchBody bodies = new SearchBody();
        Question question = new Question("shuffle", false, 5, null, Map.of());
        JsonNode hybrid = bodies.of(question, Way.HYBRID).get("query");
        assertEquals(
                bodies.of(question).get("query"),
                bodies.of(question, Way.SEARCH).get("query"));
        assertEquals(hybrid, bodies.of(question).at("/query/bool/must"));
        assertEquals(
                hybrid.at("/hybrid_match/lexical"),
                bodies.of(question, Way.BM25).get("query"));
        JsonNode vector = bodies.of(question, Way.VECTOR).at("/query/embedding");
        assertEquals("meaning", vector.get("field").asText());
        assertEquals("shuffle", vector.get("text").asText());
    }

    @Test
    public void testNamesAreTold() {
        assertEquals(Optional.of(new Name("shuffle", "")), Name.of("shuffle()"));
        assertEquals(Optional.of(new Name("push", "std.Vec")), Name.of("std::Vec::push"));
        assertEquals(Optional.of(new Name("empty?", "Set")), Name.of("Set#empty?"));
        assertEquals(Optional.of(new Name("__init__", "")), Name.of(" __init__ "));
        assertEquals(Optional.empty(), Name.of("sort list"));
        assertEquals(Optional.empty(), Name.of("a + b"));
    }

    @Test
    public void testOperatorsAreNames() {
        assertEquals(Optional.of(new Name("<=>", "Version")), Name.of("Version#<=>"));
        assertEquals(Optional.of(new Name("[]=", "")), Name.of("[]="));
        assertEquals(Optional.of(new Name("::", "List")), Name.of("List.::"));
        assertEquals(Optional.of(new Name("operator==", "a.V")), Name.of("a::V::operator =="));
        assertEquals(Optional.of(new Name("operator()", "")), Name.of("operator()"));
        assertEquals(Optional.of(new Name("operator bool", "V")), Name.of("V::operator bool"));
        assertEquals(Optional.of(new Name("operator\"\"_kg", "")), Name.of("operator\"\" _kg"));
        assertEquals(Optional.of(new Name("this[]", "")), Name.of("this[]"));
        assertEquals(Optional.of(new Name("unary_-", "")), Name.of("unary_-"));
        assertEquals(Optional.of(new Name("name=", "User")), Name.of("User#name="));
        assertEquals(Optional.of(new Name("get_operator", "")), Name.of("get_operator"));
    }

    @Test
    public void testOperatorsAreFoundUnderBothTheirSpellings() {
        JsonNode body = body("<=>", false);
        JsonNode spellings = body.at("/query/bool/should/0/constant_score/filter/bool/filter/0/terms/symbol.raw");
        assertEquals("[\"<=>\",\"operator<=>\"]", spellings.toString());
        // No word of it is in the index, so the name itself has to match.
        JsonNode words = body.at("/query/bool/must/hybrid_match/lexical/bool/should");
        assertEquals("<=>", words.at("/2/term/symbol.raw/value").asText());
        assertEquals("operator<=>", words.at("/3/term/symbol.raw/value").asText());
        assertEquals(
                2,
                body("shuffle", false)
                        .at("/query/bool/must/hybrid_match/lexical/bool/should")
                        .size());
    }

    @Test
    public void testQuestionsNeedWordsAndASize() {
        assertEquals(
                "the question is blank",
                assertThrows(IllegalArgumentException.class, () -> new Question(" ", false, 5, null, Map.of()))
                        .getMessage());
        assertEquals(
                "the number of hits must be at least 1, got [0]",
                assertThrows(IllegalArgumentException.class, () -> new Question("a", false, 0, null, Map.of()))
                        .getMessage());
    }
}
