/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.util.List;
import org.junit.Test;

public class LoaderTests {

    private final ObjectMapper json = new ObjectMapper();

    @Test
    public void testBulkHasOneLineForEachDocument() throws Exception {
        assertEquals(
                "{\"index\":{}}\n{\"a\":\"x\\ny\"}\n{\"index\":{}}\n{}\n",
                Loader.bulk(List.of(json.readTree("{\"a\":\"x\\ny\"}"), json.readTree("{}"))));
    }

    @Test
    public void testRefusedDocumentsAreCountedWithTheFirstReason() throws Exception {
        Loader.requireNoErrors("code", json.readTree("{\"errors\":false}"));
        JsonNode reply = json.readTree("""
                {"errors": true, "items": [
                  {"index": {"error": {"type": "x", "reason": "no vector", "caused_by": {"reason": "no server"}}}},
                  {"index": {"error": {"type": "y", "reason": "other"}}}]}""");
        SetupException refused = assertThrows(SetupException.class, () -> Loader.requireNoErrors("code", reply));
        assertEquals(
                "OpenSearch refused 2 documents for [code]; the first because: no vector: no server",
                refused.getMessage());
    }
}
