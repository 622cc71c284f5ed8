/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.mapper.EmbeddingMappings;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexTemplateMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.ingest.Processor;
import org.opensearch.test.ClusterServiceUtils;

public class SourceFieldsProcessorTests extends IngestTestCase {

    private static Map<String, Object> json(String json) {
        return XContentHelper.convertToMap(JsonXContent.jsonXContent, json, true);
    }

    private Processor create(String mapping) throws Exception {
        return factory().create(Map.of(), null, null, Map.of("index_mappings", json(mapping)));
    }

    private SourceFieldsProcessor.Factory factory() {
        return new SourceFieldsProcessor.Factory(batchEmbedder, new EmbeddingMappings(clusterService));
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

    private static final String LOW = """
            {"_doc":{"properties":{"v":{"type":"embedding","model":"tiny","source_fields":["a"]}}}}""";

    private void putTemplate(String name, int order, String mapping) throws IOException {
        ClusterServiceUtils.setState(
                clusterService,
                ClusterState.builder(clusterService.state())
                        .metadata(Metadata.builder(clusterService.state().metadata())
                                .put(IndexTemplateMetadata.builder(name)
                                        .patterns(List.of(INDEX))
                                        .order(order)
                                        .putMapping("_doc", mapping)
                                        .build()))
                        .build());
    }

    private Object embedded(Processor processor) throws Exception {
        Handler handler = new Handler();
        processor.batchExecute(wrappers(document("1", "a", "x", "b", "y")), handler);
        return value(handler.results().getFirst(), "v");
    }

    public void testTemplatesOfAnIndexAboutToBeCreatedAreMergedAsOpenSearchDoes() throws Exception {
        Processor processor =
                factory().create(Map.of(), null, null, Map.of("index_template_mappings", List.of(json(LOW))));
        assertNull("its templates are gone", embedded(processor));
        putTemplate("low", 1, LOW);
        assertEquals(FakeEmbedder.value("tiny", "x"), embedded(processor));
        putTemplate("high", 2, LOW.replace("tiny", "other"));
        assertEquals(FakeEmbedder.value("other", "x"), embedded(processor));
        putTemplate("high", 2, "{\"_doc\":{\"properties\":{\"v\":{\"type\":\"text\"}}}}");
        assertNull("text gets no vector", embedded(processor));
    }

    public void testNoProcessorForTemplatesWithoutTheType() throws Exception {
        assertNull(factory().create(Map.of(), null, null, Map.of("index_template_mappings", List.of(json("""
                                        {"_doc":{"properties":{"v":{"type":"text"}}}}""")))));
        assertNull(factory().create(Map.of(), null, null, Map.of("index_template_mappings", List.of())));
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
