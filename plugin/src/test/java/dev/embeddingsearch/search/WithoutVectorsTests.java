/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import java.util.Map;
import java.util.Set;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.test.OpenSearchTestCase;

public class WithoutVectorsTests extends OpenSearchTestCase {

    private static final WithoutVectors FILTER = new WithoutVectors(Set.of("v", "o.v", "o.p.w"));

    private static Map<String, Object> json(String json) {
        return XContentHelper.convertToMap(JsonXContent.jsonXContent, json, false);
    }

    private static void expect(String kept, String document) {
        Map<String, Object> whole = json(document);
        assertEquals(json(kept), FILTER.getFilter().apply(whole));
        assertEquals("the document itself is left alone", json(document), whole);
    }

    public void testVectorsAreLeftOutWhateverTheirForm() {
        expect("{\"a\":1}", "{\"v\":\"AACAPw==\",\"a\":1}");
        expect("{\"a\":1}", "{\"v\":[1,2],\"a\":1}");
        expect("{\"a\":1}", "{\"v\":null,\"a\":1}");
        expect("{}", "{}");
    }

    public void testVectorsInsideObjects() {
        expect("{\"o\":{\"a\":1,\"p\":{}}}", "{\"o\":{\"a\":1,\"v\":[1],\"p\":{\"w\":[2]}}}");
        expect("{\"o\":[{\"a\":1},{}]}", "{\"o\":[{\"a\":1},{\"v\":[1]}]}");
        expect("{\"o\":[[{\"a\":[1,[2]]}]]}", "{\"o\":[[{\"a\":[1,[2]],\"v\":[1]}]]}");
    }

    public void testDottedNames() {
        expect("{\"a\":1}", "{\"o.v\":[1],\"o.p.w\":[1],\"a\":1}");
        expect("{\"o.p\":{\"x\":1}}", "{\"o.p\":{\"w\":[1],\"x\":1}}");
        expect("{\"o\":{}}", "{\"o\":{\"p.w\":[1]}}");
    }

    public void testNamesThatOnlyLookAlikeStay() {
        String document = "{\"vv\":1,\"w\":[1],\"ov\":2,\"o\":{\"vv\":{\"v\":1},\"w\":3},\"p\":{\"w\":4}}";
        expect(document, document);
    }

    public void testMarksStay() {
        String document = "{\"v\":{\"_embedding_pending\":\"why\"},\"o\":{\"v\":{\"_embedding_pending\":\"why\"}}}";
        expect(document, document);
    }
}
