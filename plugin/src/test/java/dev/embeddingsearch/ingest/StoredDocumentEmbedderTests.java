/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.InputRefusedException;
import dev.embeddingsearch.mapper.VectorValue;
import dev.embeddingsearch.model.InputType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.core.rest.RestStatus;

/** What stored documents lack, and get. */
public class StoredDocumentEmbedderTests extends IngestTestCase {

    private static final String FIELD =
            "\"type\":\"embedding\",\"model\":\"tiny\",\"model_id\":\"tiny-1\",\"dimensions\":3";
    private static final String MARK = "{\"_embedding_pending\":\"down\"}";
    private static final String OWN_MARK =
            "{\"_embedding_pending\":\"down\",\"source_fields\":[\"b\"],\"model\":\"tiny\",\"input_type\":\"code\"}";

    private MappedIndices indices;

    @Before
    public void createIndex() throws Exception {
        indices = new MappedIndices(
                threadPool,
                INDEX,
                "{\"_source\":{\"excludes\":[\"unseen\"]},\"properties\":{\"v\":{" + FIELD
                        + ",\"source_fields\":[\"a\"]},\"o\":{\"properties\":{\"w\":{" + FIELD + "}}},\"unseen\":{"
                        + FIELD
                        + ",\"source_fields\":[\"c\"]}}}");
    }

    @After
    public void closeIndex() {
        indices.close();
    }

    private static StoredDocumentToEmbed late(String json) {
        return late(json, false);
    }

    private static StoredDocumentToEmbed late(String json, boolean all) {
        return new StoredDocumentToEmbed(
                INDEX, XContentHelper.convertToMap(JsonXContent.jsonXContent, json, false), all);
    }

    /** Vectors of another text are replaced, those that differ by a service's whims are not. */
    public void testVectorsThatAreThereAreMadeAgainAndCompared() throws Exception {
        embedder.behaviour = request -> request.texts().stream()
                .map(text -> EmbeddingResult.of(new float[] {text.length(), 1, 1}))
                .toList();
        String near = VectorValue.encode(new float[] {3.0001f, 1, 1});
        StoredDocumentToEmbed same = fill(late("{\"a\":\"ice\",\"v\":\"" + near + "\"}", true));
        assertFalse(same.changed());
        StoredDocumentToEmbed foreign = fill(late("{\"a\":\"ice and snow\",\"v\":\"" + near + "\"}", true));
        assertTrue(foreign.changed());
        assertEquals(
                VectorValue.encode(new float[] {12, 1, 1}), foreign.source().get("v"));
        StoredDocumentToEmbed lacking = fill(late("{\"a\":\"ice\"}", true));
        assertTrue(lacking.changed());
        assertFalse(fill(late("{\"a\":\"ice\"}", false)).changed());
    }

    private StoredDocumentToEmbed fill(StoredDocumentToEmbed... documents) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        new StoredDocumentEmbedder(embedder, models, indices.mappings(), stats, threadContext)
                .embed(Arrays.asList(documents), done::countDown);
        assertTrue(done.await(10, TimeUnit.SECONDS));
        return documents[0];
    }

    private static String vector(String text) {
        return FakeEmbedder.value("tiny", text);
    }

    public void testMarkedFieldsAreFilledInOneRequestARule() throws Exception {
        StoredDocumentToEmbed first = late("{\"a\":\"one\",\"v\":" + MARK + ",\"x\":1}");
        StoredDocumentToEmbed second = late("{\"a\":\"two\",\"v\":" + MARK + "}");
        fill(first, second);
        assertEquals(Map.of("a", "one", "v", vector("one"), "x", 1), first.source());
        assertEquals(Map.of("a", "two", "v", vector("two")), second.source());
        assertEquals(1, embedder.requests.size());
        assertTrue(first.changed());
        assertEquals(Optional.empty(), first.failure());
    }

    public void testWhatGotItsVectorsIsCountedForItsIndex() throws Exception {
        embedder.behaviour = request -> request.texts().stream()
                .map(text ->
                        text.equals("bad") ? EmbeddingResult.failed(down()) : EmbeddingResult.of(new float[] {1, 2, 3}))
                .toList();
        fill(
                late("{\"a\":\"one text\",\"v\":" + MARK + ",\"b\":\"two text\",\"o\":{\"w\":" + OWN_MARK + "}}"),
                late("{\"a\":\"half of it\",\"v\":" + MARK + ",\"b\":\"bad\",\"o\":{\"w\":" + OWN_MARK + "}}"),
                late("{\"a\":\"bad\",\"v\":" + MARK + "}"),
                late("{\"v\":" + MARK + "}"));
        Map<String, Long> counted = stats.snapshot().indices().get(INDEX);
        counted.values().removeIf(count -> count == 0);
        assertEquals(Map.of("documents_embedded", 1L, "texts", 3L, "tokens", 7L), counted);
    }

    public void testMarkSaysWhatTheMappingDoesNot() throws Exception {
        StoredDocumentToEmbed document = fill(late("{\"b\":\"one\",\"o\":{\"w\":" + OWN_MARK + "}}"));
        assertEquals(Map.of("b", "one", "o", Map.of("w", vector("one"))), document.source());
        assertEquals(InputType.CODE, embedder.requests.getFirst().inputType());
        assertEquals(3, embedder.requests.getFirst().dimensions());
    }

    public void testMarkThatDoesNotSayWhatToEmbed() throws Exception {
        StoredDocumentToEmbed document = fill(late("{\"b\":\"one\",\"o\":{\"w\":" + MARK + "}}"));
        assertEquals(
                Optional.of("the mark in field [o.w] does not say what to embed: send the document again, through its"
                        + " pipeline"),
                document.failure());
        assertFalse(document.changed());
        assertFalse(document.failedByService());
    }

    public void testDocumentWithoutMarkIsLeftAlone() throws Exception {
        StoredDocumentToEmbed document = fill(late("{\"a\":\"one\",\"v\":\"stored\"}"));
        assertFalse(document.changed());
        assertEquals(Optional.empty(), document.failure());
        assertTrue(embedder.requests.isEmpty());
    }

    public void testMarkWithoutTextGoes() throws Exception {
        StoredDocumentToEmbed document = fill(late("{\"v\":" + MARK + "}"));
        assertEquals(Map.of(), document.source());
        assertTrue(document.changed());
    }

    public void testVectorOutsideTheSourceIsMadeAnew() throws Exception {
        StoredDocumentToEmbed document = fill(late("{\"c\":\"one\"}"));
        assertEquals(Map.of("c", "one", "unseen", vector("one")), document.source());
    }

    public void testFailureOfTheServiceLeavesTheMark() throws Exception {
        embedder.behaviour = request -> {
            throw down();
        };
        StoredDocumentToEmbed document = fill(late("{\"a\":\"one\",\"v\":" + MARK + "}"));
        assertFalse(document.changed());
        assertTrue(document.failedByService());
        assertEquals(
                Optional.of("model [tiny]: its service cannot be reached, is busy or is too slow [503]"),
                document.failure());
    }

    public void testFullQueueIsNoFaultOfTheDocument() throws Exception {
        embedder.behaviour = request -> {
            throw new OpenSearchRejectedExecutionException("no room, raise [embedding.queue.size]");
        };
        StoredDocumentToEmbed document = fill(late("{\"a\":\"one\",\"v\":" + MARK + "}"));
        assertFalse(document.changed());
        assertTrue(document.failedByService());
        assertEquals(Optional.of("no room, raise [embedding.queue.size]"), document.failure());
    }

    public void testOwnFailureGoesBeforeTheServices() throws Exception {
        embedder.behaviour = request -> List.of(EmbeddingResult.failed(
                request.inputType() == InputType.CODE ? new InputRefusedException("secret") : down()));
        StoredDocumentToEmbed document =
                fill(late("{\"a\":\"one\",\"v\":" + MARK + ",\"b\":\"two\",\"o\":{\"w\":" + OWN_MARK + "}}"));
        assertFalse(document.failedByService());
        assertEquals(Optional.of("model [tiny]: its service refuses the text [400]"), document.failure());
    }

    public void testReasonsTellNothingOfTexts() {
        for (RestStatus status : RestStatus.values()) {
            String reason = ServiceFailure.reason("m", new EmbeddingException("secret", status, randomBoolean(), null));
            assertTrue(reason, reason.startsWith("model [m]: ") && reason.endsWith(" [" + status.getStatus() + "]"));
            assertFalse(reason, reason.contains("secret"));
        }
        assertEquals(
                "model [m]: the quota of its account is used up [503]",
                ServiceFailure.reason("m", new EmbeddingException("x", RestStatus.SERVICE_UNAVAILABLE, false, null)));
    }
}
