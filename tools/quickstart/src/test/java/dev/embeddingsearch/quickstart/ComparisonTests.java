/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import static org.junit.Assert.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.Test;

public class ComparisonTests {

    @Test
    public void testHitsAreNamedWithWhatTheyAreInside() throws JsonProcessingException {
        Comparison.Search code = Comparison.Search.code("anything");
        assertEquals("Map.Entry.get", code.nameOf(json("{'symbol': 'get', 'container': 'Map.Entry'}")));
        assertEquals("Map", code.nameOf(json("{'symbol': 'Map'}")));
        Comparison.Search docs = Comparison.Search.docs("anything");
        assertEquals("a.md: Limits", docs.nameOf(json("{'title': 'Limits', 'path': 'a.md'}")));
    }

    private static JsonNode json(String text) throws JsonProcessingException {
        return new ObjectMapper().readTree(text.replace('\'', '"'));
    }
}
