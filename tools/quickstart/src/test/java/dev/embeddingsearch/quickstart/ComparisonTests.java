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
        assertEquals("Map.Entry.get", name("{\"symbol\": \"get\", \"container\": \"Map.Entry\"}", "symbol"));
        assertEquals("Map", name("{\"symbol\": \"Map\"}", "symbol"));
        assertEquals("Limits", name("{\"title\": \"Limits\"}", "title"));
    }

    private static String name(String source, String label) throws JsonProcessingException {
        JsonNode json = new ObjectMapper().readTree(source);
        return Comparison.name(json, label);
    }
}
