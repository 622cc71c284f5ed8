/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.ingest.Processor;

public class SourceFieldsProcessorTests extends IngestTestCase {

    private static Map<String, Object> json(String json) {
        return XContentHelper.convertToMap(JsonXContent.jsonXContent, json, true);
    }

    private Processor create(String mapping) throws Exception {
        return factory().create(Map.of(), null, null, Map.of("index_mappings", json(mapping)));
    }

    private SourceFieldsProcessor.Factory factory() {
        return new SourceFieldsProcessor.Factory(batchEmbedder);
    }

    public void testNoProcessorWithoutSourceFields() throws Exception {
        assertNull(create("{}"));
        assertNull(create("""
                {"properties":{"v":{"type":"embedding"},"t":{"type":"text"},"e":{"type":"embedding","source_fields":[]}}}"""));
        assertNull(factory().create(Map.of(), null, null, Map.of()));
    }

    public void testEmbedsTheFieldsOfTheMapping() throws Exception {
        Processor processor = create("""
                {"_doc":{"properties":{
                  "v":{"type":"embedding","model":"tiny","model_id":"tiny-1","dimensions":3,"source_fields":["a","o.b"]},
                  "o":{"properties":{"w":{"type":"embedding","model":"other","model_id":"other-1","dimensions":7,
                       "input_type":"code","source_fields":"o.b"}}}}}}""");
        assertTrue(processor.isSystemGenerated());
        assertEquals(SourceFieldsProcessor.TYPE, processor.getType());
        Handler handler = new Handler();
        processor.batchExecute(
                wrappers(document("1", "a", "x", "o", new HashMap<>(Map.of("b", "y"))), document("2", "a", "z")),
                handler);
        List<IngestDocumentWrapper> done = handler.results();
        IngestDocument first = done.get(0).getIngestDocument();
        assertEquals(FakeEmbedder.value("tiny", "x\ny"), first.getFieldValue("v", String.class));
        assertEquals(FakeEmbedder.value("other", "y"), first.getFieldValue("o.w", String.class));
        assertEquals(FakeEmbedder.value("tiny", "z"), value(done.get(1), "v"));
        assertFalse(done.get(1).getIngestDocument().hasField("o"));
        assertEquals(2, embedder.requests.size());
    }

    public void testTemplatesOfAnIndexAboutToBeCreated() throws Exception {
        Processor processor = factory()
                .create(Map.of(), null, null, Map.of("index_template_mappings", List.of(json("""
                                        {"_doc":{"properties":{"v":{"type":"embedding","model":"tiny","source_fields":["a"]}}}}"""), json("""
                                        {"properties":{"v":{"type":"embedding","model":"tiny","source_fields":["b"]}}}"""))));
        Handler handler = new Handler();
        processor.batchExecute(wrappers(document("1", "a", "x", "b", "y")), handler);
        assertEquals(
                "the later template wins",
                FakeEmbedder.value("tiny", "y"),
                value(handler.results().getFirst(), "v"));
    }

    public void testFieldsInsideNestedDocumentsAreLeftToTheMappingToRefuse() throws Exception {
        assertNull(create("""
                {"properties":{"n":{"type":"nested","properties":{"v":{"type":"embedding","source_fields":["n.t"]}}}}}"""));
    }

    public void testSingleDocument() throws Exception {
        Processor processor = create("""
                {"properties":{"v":{"type":"embedding","model":"tiny","source_fields":["a"]}}}""");
        IngestDocument document = document("1", "a", "x");
        assertSame(document, execute(processor, document).getIngestDocument());
        assertEquals(FakeEmbedder.value("tiny", "x"), document.getFieldValue("v", String.class));
        embedder.behaviour = request -> {
            throw new IllegalStateException("down");
        };
        assertEquals(
                "down",
                execute(processor, document("2", "a", "x")).getException().getMessage());
        expectThrows(UnsupportedOperationException.class, () -> processor.execute(document));
    }
}
