/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import static org.hamcrest.Matchers.containsString;

import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.mapper.PendingMark;
import dev.embeddingsearch.model.InputType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.After;
import org.junit.Before;
import org.opensearch.OpenSearchParseException;
import org.opensearch.ingest.CompoundProcessor;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.ingest.Pipeline;
import org.opensearch.ingest.Processor;
import org.opensearch.ingest.TestProcessor;

public class EmbeddingProcessorTests extends IngestTestCase {

    private MappedIndices indices;
    private EmbeddingProcessor.Factory factory;

    @Before
    public void createIndex() throws Exception {
        indices = new MappedIndices(threadPool, INDEX, """
                {"properties":{"v":{"type":"embedding","model":"tiny","model_id":"tiny-1","dimensions":3}}}""");
        factory = new EmbeddingProcessor.Factory(batchEmbedder, indices.mappings());
    }

    @After
    public void closeIndex() {
        indices.close();
    }

    private static Map<String, Object> config(Object... pairs) {
        Map<String, Object> config = new HashMap<>();
        config.put("model", "tiny");
        config.put("field_map", new HashMap<>(Map.of("a", "v")));
        for (int i = 0; i < pairs.length; i += 2) {
            config.put((String) pairs[i], pairs[i + 1]);
        }
        return config;
    }

    private EmbeddingProcessor processor(Object... pairs) {
        return factory.create(Map.of(), "tag", "about", config(pairs));
    }

    private List<IngestDocumentWrapper> run(Processor processor, List<IngestDocumentWrapper> wrappers)
            throws Exception {
        List<IngestDocumentWrapper> all = new ArrayList<>();
        processor.batchExecute(wrappers, done -> {
            synchronized (all) {
                all.addAll(done);
            }
        });
        assertBusy(() -> {
            synchronized (all) {
                assertEquals(wrappers.size(), all.size());
            }
        });
        all.sort((a, b) -> Integer.compare(a.getSlot(), b.getSlot()));
        return all;
    }

    private static List<IngestDocumentWrapper> documents(int count) {
        List<IngestDocumentWrapper> wrappers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            wrappers.add(wrapper(i, document("" + i, "a", "text" + i)));
        }
        return wrappers;
    }

    public void testConfigurationIsConsumed() {
        Map<String, Object> config =
                config("input_type", "code", "ignore_missing", false, "on_failure_mark", true, "batch_size", 5);
        EmbeddingProcessor processor = factory.create(Map.of(), "tag", "about", config);
        assertEquals(Map.of(), config);
        assertEquals("tag", processor.getTag());
        assertEquals("about", processor.getDescription());
        assertEquals("embedding", processor.getType());
    }

    private void assertRefused(String message, Object... pairs) {
        Exception e = expectThrows(OpenSearchParseException.class, () -> processor(pairs));
        assertThat(e.getMessage(), containsString(message));
    }

    public void testSeveralTextsIntoOneTarget() {
        String own = "[field_map] expects a target of its own for each source, but of [";
        assertRefused(own, "field_map", new HashMap<>(Map.of("title", "v", "body", "v")));
        assertRefused(own, "field_map", new HashMap<>(Map.of("title", "v", "body", "v.w")));
        assertRefused(
                "join both texts in one vector by [source_fields] in the mapping of [v]",
                "field_map",
                new HashMap<>(Map.of("title", "v", "body", "v")));
    }

    public void testTargetInThePlaceOfAText() {
        assertRefused(
                "[field_map] expects targets apart from the texts, but the vector in [v] would replace the text in [v]: choose"
                        + " another target",
                "field_map",
                new HashMap<>(Map.of("v", "v")));
        for (Map<String, String> fields : List.of(
                Map.of("a", "b", "b", "c"), Map.of("a", "o", "o.t", "w"), Map.of("a", "a.v"), Map.of("o.t", "o"))) {
            assertRefused("would replace the text in [", "field_map", new HashMap<>(fields));
        }
        processor("field_map", new HashMap<>(Map.of("a", "av", "o.t", "o.v")));
    }

    public void testConfigurationErrors() {
        assertRefused("[batch_size] expects at least 1, got [0]", "batch_size", 0);
        assertRefused("[input_type] expects [text] or [code], got [image]", "input_type", "image");
        assertRefused("[field_map] expects source field names with target field names", "field_map", new HashMap<>());
        assertRefused(
                "[field_map] expects source field names with target field names",
                "field_map",
                new HashMap<>(Map.of("a", 7)));
        assertRefused("[field_map] property isn't a map", "field_map", "a");
        assertRefused("property isn't a boolean", "ignore_missing", "perhaps");
        Exception e = expectThrows(
                OpenSearchParseException.class, () -> factory.create(Map.of(), "tag", null, new HashMap<>()));
        assertThat(e.getMessage(), containsString("[field_map] required property is missing"));
    }

    public void testWholeBatchInOneRequest() throws Exception {
        List<IngestDocumentWrapper> done = run(processor(), documents(50));
        assertEquals(FakeEmbedder.value("tiny", "text49"), value(done.get(49), "v"));
        assertEquals(1, embedder.requests.size());
    }

    public void testBatchSizeSplits() throws Exception {
        embedder.executor = threadPool.generic();
        List<IngestDocumentWrapper> done = run(processor("batch_size", 4), documents(10));
        for (int i = 0; i < 10; i++) {
            assertEquals(FakeEmbedder.value("tiny", "text" + i), value(done.get(i), "v"));
        }
        assertEquals(3, embedder.requests.size());
    }

    public void testMappingOfEachDocumentsIndexIsUsed() throws Exception {
        List<IngestDocumentWrapper> wrappers = documents(3);
        wrappers.get(1).getIngestDocument().setFieldValue("_index", "another");
        List<IngestDocumentWrapper> done = run(processor("input_type", "code"), wrappers);
        assertEquals(FakeEmbedder.value("tiny", "text1"), value(done.get(1), "v"));
        assertEquals(2, embedder.requests.size());
        embedder.requests.forEach(request -> {
            assertEquals(InputType.CODE, request.inputType());
            assertEquals(request.texts().size() == 2 ? 3 : 0, request.dimensions());
        });
    }

    public void testModelThatIsNotTheFieldsIsRefused() throws Exception {
        List<IngestDocumentWrapper> done = run(processor("model", "other"), documents(1));
        assertThat(
                done.getFirst().getException().getMessage(),
                containsString("holds vectors of model id [tiny-1], but model [other] now has id [other-1]"));
    }

    public void testIgnoreMissing() throws Exception {
        assertNull(run(processor(), wrappers(document("1"))).getFirst().getException());
        assertNotNull(run(processor("ignore_missing", false), wrappers(document("1")))
                .getFirst()
                .getException());
    }

    private void failEveryOther() {
        embedder.behaviour = request -> request.texts().stream()
                .map(text -> text.charAt(text.length() - 1) % 2 == 0
                        ? EmbeddingResult.failed(new IllegalStateException("even"))
                        : EmbeddingResult.of(new float[] {1}))
                .toList();
    }

    private static Pipeline pipeline(CompoundProcessor processors) {
        return new Pipeline("p", null, null, processors);
    }

    private List<IngestDocumentWrapper> run(Pipeline pipeline) throws Exception {
        failEveryOther();
        return run(pipeline.getCompoundProcessor(), documents(4));
    }

    public void testFailuresKeepDocumentsOut() throws Exception {
        for (IngestDocumentWrapper done : run(pipeline(new CompoundProcessor(processor())))) {
            assertEquals(done.getSlot() % 2 == 0, done.getException() != null);
        }
    }

    public void testIgnoreFailure() throws Exception {
        CompoundProcessor ignoring = new CompoundProcessor(true, List.of(processor()), List.of());
        List<Integer> next = new ArrayList<>();
        TestProcessor after = new TestProcessor(document -> next.add(document.hasField("v") ? 1 : 0));
        for (IngestDocumentWrapper done : run(pipeline(new CompoundProcessor(ignoring, after)))) {
            assertNull(done.getException());
            assertEquals(done.getSlot() % 2 == 1, done.getIngestDocument().hasField("v"));
        }
        assertEquals("all go on to the next processor", 4, next.size());
    }

    public void testOnFailure() throws Exception {
        TestProcessor note = new TestProcessor(document -> document.setFieldValue(
                "note", document.getIngestMetadata().get(CompoundProcessor.ON_FAILURE_MESSAGE_FIELD)));
        CompoundProcessor guarded = new CompoundProcessor(false, List.of(processor()), List.of(note));
        for (IngestDocumentWrapper done : run(pipeline(guarded))) {
            assertNull(done.getException());
            assertEquals(done.getSlot() % 2 == 0 ? "even" : null, value(done, "note"));
        }
    }

    private void serviceIsDown() {
        embedder.behaviour = request -> {
            throw down();
        };
    }

    public void testFailureMarksWithWhatIsToBeEmbedded() throws Exception {
        serviceIsDown();
        EmbeddingProcessor marking = processor("on_failure_mark", true, "input_type", "code");
        IngestDocumentWrapper done = run(marking, documents(1)).getFirst();
        assertNull(done.getException());
        assertEquals(
                Map.of(
                        "_embedding_pending",
                        "model [tiny]: its service cannot be reached, is busy or is too slow [503]",
                        "source_fields",
                        List.of("a"),
                        "model",
                        "tiny",
                        "input_type",
                        "code"),
                value(done, "v"));
    }

    /** In a field of another type nobody would find the mark, and it may not even be let in. */
    public void testTargetThatTakesNoMarksFailsTheDocument() throws Exception {
        serviceIsDown();
        EmbeddingProcessor marking = processor("on_failure_mark", true, "field_map", new HashMap<>(Map.of("a", "w")));
        IngestDocumentWrapper done = run(marking, documents(1)).getFirst();
        assertEquals("answered: secret text", done.getException().getMessage());
    }

    public void testMappingOfTheTargetAsksForMarks() throws Exception {
        serviceIsDown();
        try (MappedIndices lenient = new MappedIndices(threadPool, INDEX, """
                {"properties":{"v":{"type":"embedding","model":"tiny","model_id":"tiny-1","dimensions":3,
                "on_failure":"index_without_vector"}}}""")) {
            factory = new EmbeddingProcessor.Factory(batchEmbedder, lenient.mappings());
            assertTrue(PendingMark.is(value(run(processor(), documents(1)).getFirst(), "v")));
        }
    }

    public void testSingleDocument() throws Exception {
        IngestDocument document = document("1", "a", "x1");
        assertSame(document, execute(processor(), document).getIngestDocument());
        assertEquals(FakeEmbedder.value("tiny", "x1"), document.getFieldValue("v", String.class));
        failEveryOther();
        assertEquals(
                "even",
                execute(processor(), document("2", "a", "x2")).getException().getMessage());
        expectThrows(UnsupportedOperationException.class, () -> processor().execute(document));
    }
}
