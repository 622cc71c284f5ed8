/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import static org.hamcrest.Matchers.containsString;

import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.InputRefusedException;
import dev.embeddingsearch.ingest.EmbeddingRule.Marking;
import dev.embeddingsearch.mapper.DocumentText;
import dev.embeddingsearch.mapper.FieldModel;
import dev.embeddingsearch.mapper.PendingMark;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Side;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.common.util.concurrent.OpenSearchExecutors;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;

public class BatchEmbedderTests extends IngestTestCase {

    private static final EmbeddingRule RULE = rule("vector", "text");

    private static String vector(String text) {
        return FakeEmbedder.value("tiny", text);
    }

    public void testOneRequestForAllDocuments() throws Exception {
        List<IngestDocumentWrapper> done =
                embed(wrappers(document("1", "text", "a"), document(null, "text", "b")), false, RULE);
        assertEquals(vector("a"), value(done.get(0), "vector"));
        assertEquals(vector("b"), value(done.get(1), "vector"));
        assertEquals(1, embedder.requests.size());
        assertEquals("tiny", embedder.requests.getFirst().model());
        assertEquals(Side.DOCUMENT, embedder.requests.getFirst().side());
        assertEquals(3, embedder.requests.getFirst().dimensions());
        assertEquals(List.of("a", "b"), embedder.requests.getFirst().texts());
    }

    /** A processor may set a routing that is no string; OpenSearch takes its string form. */
    public void testRoutingOfAnyType() throws Exception {
        IngestDocument routed = document("1", "text", "a");
        routed.setFieldValue("_routing", 7);
        List<IngestDocumentWrapper> done = embed(wrappers(routed), false, RULE);
        assertEquals(vector("a"), value(done.getFirst(), "vector"));
        assertEquals("7", index.requests.getFirst().getItems().getFirst().routing());
    }

    public void testInputTypeGoesAlong() throws Exception {
        EmbeddingRule code = new EmbeddingRule(
                "vector", List.of("text"), new FieldModel("tiny", null, 0, InputType.CODE), true, true, Marking.NONE);
        embed(wrappers(document("1", "text", "a")), false, code);
        assertEquals(InputType.CODE, embedder.requests.getFirst().inputType());
    }

    public void testWithoutTextNothingIsAsked() throws Exception {
        List<IngestDocumentWrapper> done =
                embed(wrappers(document("1", "text", " "), document("2", "vector", "stale")), false, RULE);
        assertTrue(embedder.requests.isEmpty());
        assertFalse(done.get(0).getIngestDocument().hasField("vector"));
        assertFalse(
                "a vector without text is stale",
                done.get(1).getIngestDocument().hasField("vector"));
    }

    public void testMissingTextFailsWhereAskedFor() throws Exception {
        EmbeddingRule strict = new EmbeddingRule(
                "vector", List.of("text"), new FieldModel("tiny", null, 0, InputType.TEXT), true, false, Marking.NONE);
        List<IngestDocumentWrapper> done = embed(wrappers(document("1"), document("2", "text", "b")), false, strict);
        assertEquals(
                "expected text to embed into [vector], got none in [text]",
                done.get(0).getException().getMessage());
        assertEquals(vector("b"), value(done.get(1), "vector"));
    }

    public void testUnreadableTextFailsItsDocumentOnly() throws Exception {
        List<IngestDocumentWrapper> done =
                embed(wrappers(document("1", "text", Map.of("a", "b")), document("2", "text", "b")), false, RULE);
        assertThat(done.get(0).getException().getMessage(), containsString("field [text] expects text"));
        assertEquals(vector("b"), value(done.get(1), "vector"));
    }

    public void testFailureOfOneInput() throws Exception {
        IllegalStateException reason = new IllegalStateException("no");
        embedder.behaviour = request -> request.texts().stream()
                .map(text -> text.equals("bad")
                        ? EmbeddingResult.failed(reason)
                        : EmbeddingResult.of(new float[] {text.length()}))
                .toList();
        List<IngestDocumentWrapper> done =
                embed(wrappers(document("1", "text", "good"), document("2", "text", "bad")), false, RULE);
        assertNull(done.get(0).getException());
        assertSame(reason, done.get(1).getException());
        assertFalse(done.get(1).getIngestDocument().hasField("vector"));
    }

    public void testFailureOfTheWholeRequest() throws Exception {
        embedder.behaviour = request -> {
            throw new IllegalArgumentException("all of it");
        };
        List<IngestDocumentWrapper> done =
                embed(wrappers(document("1", "text", "a"), document("2", "text", "b"), document("3")), false, RULE);
        assertEquals("all of it", done.get(0).getException().getMessage());
        assertEquals("all of it", done.get(1).getException().getMessage());
        assertNull("had nothing to embed", done.get(2).getException());
    }

    /** A pipeline goes on with the wrappers it handed in where failures are ignored. */
    public void testWrappersHandedInStayWithoutException() throws Exception {
        embedder.behaviour = request -> {
            throw new IllegalArgumentException("all of it");
        };
        List<IngestDocumentWrapper> wrappers = wrappers(document("1", "text", "a"));
        List<IngestDocumentWrapper> done = embed(wrappers, false, RULE);
        assertNotNull(done.getFirst().getException());
        assertNotNull("the document is kept for on_failure", done.getFirst().getIngestDocument());
        assertNull(wrappers.getFirst().getException());
    }

    public void testDocumentThatFailedBeforePassesUntouched() throws Exception {
        IngestDocumentWrapper failed = wrapper(0, document("1", "text", "a"));
        failed.update(failed.getIngestDocument(), new IllegalStateException("before"));
        List<IngestDocumentWrapper> done = embed(List.of(failed), false, RULE);
        assertEquals("before", done.getFirst().getException().getMessage());
        assertTrue(embedder.requests.isEmpty());
    }

    private static final Map<String, Object> MARK =
            Map.of("_embedding_pending", "model [tiny]: its service cannot be reached, is busy or is too slow [503]");

    private void serviceFailsWith(RuntimeException failure) {
        embedder.behaviour = request -> request.texts().stream()
                .map(text -> EmbeddingResult.failed(failure))
                .toList();
    }

    public void testMarkTakesThePlaceOfTheVectorAndTellsNothingOfTheTexts() throws Exception {
        serviceFailsWith(down());
        List<IngestDocumentWrapper> done =
                embed(wrappers(document("1", "text", "new", "vector", vector("old"))), true, RULE);
        assertNull(done.getFirst().getException());
        assertEquals("the vector of an older text would be wrong", MARK, value(done.getFirst(), "vector"));
    }

    public void testDocumentsOwnFailureIsNotMarked() throws Exception {
        for (RuntimeException own : List.of(
                new InputRefusedException("no"),
                new IllegalArgumentException("too long"),
                new IllegalStateException())) {
            serviceFailsWith(own);
            assertSame(
                    own,
                    embed(wrappers(document("1", "text", "a")), true, RULE)
                            .getFirst()
                            .getException());
        }
        List<IngestDocumentWrapper> done = embed(wrappers(document("1", "text", Map.of("a", "b"))), true, RULE);
        assertThat(done.getFirst().getException().getMessage(), containsString("field [text] expects text"));
    }

    /** The client is to send it again soon: {@code _bulk} repeats what has status 429. */
    public void testFullQueueRefusesAlsoWhatMayBeMarked() throws Exception {
        OpenSearchRejectedExecutionException full = new OpenSearchRejectedExecutionException("no room");
        embedder.behaviour = request -> {
            throw full;
        };
        IngestDocumentWrapper done =
                embed(wrappers(document("1", "text", "a")), true, RULE).getFirst();
        assertSame(full, done.getException());
        assertEquals(RestStatus.TOO_MANY_REQUESTS, ExceptionsHelper.status(done.getException()));
        assertFalse("no mark", done.getIngestDocument().hasField("vector"));
    }

    public void testStoredMarkIsNoVectorOfTheSameText() throws Exception {
        index.documents.put("1", "{\"text\":\"a\",\"vector\":{\"_embedding_pending\":\"down\"}}");
        List<IngestDocumentWrapper> done = embed(wrappers(document("1", "text", "a")), randomBoolean(), RULE);
        assertEquals(vector("a"), value(done.getFirst(), "vector"));
    }

    public void testMarkThatComesInGoesWithTheText() throws Exception {
        List<IngestDocumentWrapper> done =
                embed(wrappers(document("1", "vector", new HashMap<>(MARK))), randomBoolean(), RULE);
        assertFalse(done.getFirst().getIngestDocument().hasField("vector"));
    }

    public void testModelThatChangedItsIdIsRefusedWithBothNames() throws Exception {
        EmbeddingRule former = new EmbeddingRule(
                "vector",
                List.of("text"),
                new FieldModel("tiny", "tiny-0", 3, InputType.TEXT),
                true,
                true,
                Marking.NONE);
        List<IngestDocumentWrapper> done = embed(wrappers(document("1", "text", "a")), false, former);
        String message = done.getFirst().getException().getMessage();
        assertThat(message, containsString("field [vector] holds vectors of model id [tiny-0]"));
        assertThat(message, containsString("model [tiny] now has id [tiny-1]"));
        assertTrue(embedder.requests.isEmpty());
    }

    public void testUnknownModelFailsItsRuleOnly() throws Exception {
        EmbeddingRule unknown = new EmbeddingRule(
                "v2", List.of("text"), new FieldModel("gone", null, 0, InputType.TEXT), true, true, Marking.NONE);
        List<IngestDocumentWrapper> done = embed(wrappers(document("1", "text", "a")), true, RULE, unknown);
        assertEquals(vector("a"), value(done.getFirst(), "vector"));
        assertThat(done.getFirst().getException().getMessage(), containsString("no model [gone]"));
    }

    public void testUnchangedTextMakesNoCall() throws Exception {
        index.documents.put("1", "{\"text\":\"a\",\"vector\":\"stored\"}");
        index.documents.put("2", "{\"text\":\"former\",\"vector\":\"stored\"}");
        index.documents.put("3", "{\"text\":\"c\"}");
        List<IngestDocumentWrapper> done = embed(
                wrappers(document("1", "text", "a"), document("2", "text", "b"), document("3", "text", "c")),
                false,
                RULE);
        assertEquals("stored", value(done.get(0), "vector"));
        assertEquals(vector("b"), value(done.get(1), "vector"));
        assertEquals(vector("c"), value(done.get(2), "vector"));
        assertEquals(List.of("b", "c"), embedder.requests.getFirst().texts());
    }

    /** Nothing says which model made the vector that is stored in a field of another type. */
    public void testUnchangedTextIsEmbeddedAnewWhereNoMappingFixesTheModel() throws Exception {
        index.documents.put("1", "{\"text\":\"a\",\"vector\":\"stored\"}");
        EmbeddingRule unbound = new EmbeddingRule(
                "vector", List.of("text"), new FieldModel("tiny", null, 0, InputType.TEXT), true, true, Marking.NONE);
        List<IngestDocumentWrapper> done = embed(wrappers(document("1", "text", "a")), false, unbound);
        assertEquals(vector("a"), value(done.getFirst(), "vector"));
    }

    public void testStoredDocumentThatCannotBeReadMeansEmbeddingAnew() throws Exception {
        for (boolean whole : new boolean[] {true, false}) {
            index.failure = whole ? new IllegalStateException("no get") : null;
            index.itemFailure = new IllegalStateException("no get");
            List<IngestDocumentWrapper> done = embed(wrappers(document("1", "text", "a")), false, RULE);
            assertNull(done.getFirst().getException());
            assertEquals(vector("a"), value(done.getFirst(), "vector"));
        }
    }

    public void testSameIdTwice() throws Exception {
        List<IngestDocumentWrapper> done =
                embed(wrappers(document("1", "text", "a"), document("1", "text", "b")), false, RULE);
        assertEquals(vector("a"), value(done.get(0), "vector"));
        assertEquals(vector("b"), value(done.get(1), "vector"));
    }

    public void testRoutingOfDocumentsIsUsed() throws Exception {
        IngestDocumentWrapper routed = wrapper(0, document("1", "text", "a"));
        routed.getIngestDocument().setFieldValue("_routing", "r");
        embed(List.of(routed), false, RULE);
        assertEquals("r", index.requests.getFirst().getItems().getFirst().routing());
    }

    public void testStoredDocumentsAreReadWithoutTheUsersContextWhichReturns() throws Exception {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        index.executor = task -> {
            seen.add("get " + threadContext.getHeader("user"));
            threadPool.generic().execute(task);
        };
        ExecutorService foreign =
                Executors.newSingleThreadExecutor(OpenSearchExecutors.daemonThreadFactory("[" + getTestName() + "]"));
        embedder.executor = task -> {
            seen.add("embed " + threadContext.getHeader("user"));
            foreign.execute(task);
        };
        Handler handler = new Handler();
        try (ThreadContext.StoredContext ignored = threadContext.stashContext()) {
            threadContext.putHeader("user", "me");
            during(
                    updates,
                    new BulkRequest(),
                    () -> batchEmbedder.embed(wrappers(document("1", "text", "a")), List.of(RULE), done -> {
                        seen.add("done " + threadContext.getHeader("user"));
                        handler.accept(done);
                    }));
            assertEquals("me", threadContext.getHeader("user"));
        }
        handler.results();
        assertEquals(List.of("get null", "embed me", "done me"), seen);
        foreign.shutdown();
        assertTrue(foreign.awaitTermination(10, TimeUnit.SECONDS));
    }

    /** Network threads carry all traffic of a node: reading documents and counting tokens must not hold them up. */
    public void testWorkLeavesTheThreadThatBringsStoredDocuments() throws Exception {
        Thread network = new Thread(() -> {}, "transport_worker");
        ExecutorService transport = Executors.newSingleThreadExecutor(task -> new Thread(task, network.getName()));
        index.executor = transport;
        List<String> threads = Collections.synchronizedList(new ArrayList<>());
        embedder.executor = task -> {
            threads.add(Thread.currentThread().getName());
            task.run();
        };
        List<IngestDocumentWrapper> done = embed(wrappers(document("1", "text", "a")), false, RULE);
        assertEquals(vector("a"), value(done.getFirst(), "vector"));
        assertThat(threads.getFirst(), containsString("[write]"));
        transport.shutdown();
        assertTrue(transport.awaitTermination(10, TimeUnit.SECONDS));
    }

    /** Random batches by several rules whose requests end on other threads, in any order, some failing. */
    public void testRandomBatches() throws Exception {
        embedder.executor = threadPool.generic();
        embedder.behaviour = request -> {
            if (request.texts().size() % 5 == 4) {
                throw down();
            }
            return request.texts().stream()
                    .map(text -> text.contains("bad")
                            ? EmbeddingResult.failed(down())
                            : FakeEmbedder.results(request).get(request.texts().indexOf(text)))
                    .toList();
        };
        List<EmbeddingRule> rules = List.of(
                rule("v1", "a"),
                rule("v2", "a", "b"),
                new EmbeddingRule(
                        "v3",
                        List.of("b"),
                        new FieldModel("other", "other-1", 0, InputType.TEXT),
                        true,
                        true,
                        Marking.NONE));
        for (int round = 0; round < 20; round++) {
            embedder.requests.clear();
            List<IngestDocumentWrapper> batch = new ArrayList<>();
            int size = randomIntBetween(1, 30);
            while (batch.size() < size) {
                batch.add(wrapper(batch.size(), document(null, "a", word(), "b", word())));
            }
            boolean mark = randomBoolean();
            List<IngestDocumentWrapper> done = embed(batch, mark, rules.toArray(EmbeddingRule[]::new));
            assertEquals(size, done.size());
            for (IngestDocumentWrapper document : done) {
                rules.forEach(rule -> assertRule(rule, document, mark));
            }
        }
    }

    private static String word() {
        return randomFrom("bad", "", randomAlphaOfLength(5), randomAlphaOfLength(5));
    }

    private void assertRule(EmbeddingRule rule, IngestDocumentWrapper document, boolean mark) {
        String text = DocumentText.of(document.getIngestDocument().getSourceAndMetadata(), rule.sources());
        boolean whole = embedder.requests.stream()
                .filter(request -> request.model().equals(rule.model().name()))
                .anyMatch(request ->
                        request.texts().size() % 5 == 4 && request.texts().contains(text));
        boolean certain = !whole && !text.contains("bad");
        if (text.isEmpty()) {
            assertFalse(document.getIngestDocument().hasField(rule.target()));
        } else if (certain) {
            assertEquals(FakeEmbedder.value(rule.model().name(), text), value(document, rule.target()));
        } else if (text.contains("bad")) {
            assertEquals(mark, document.getException() == null);
            assertEquals(mark, PendingMark.is(value(document, rule.target())));
        }
    }
}
