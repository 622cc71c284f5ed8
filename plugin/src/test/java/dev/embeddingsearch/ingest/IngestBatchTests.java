/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import static org.hamcrest.Matchers.containsString;

import dev.embeddingsearch.embedding.EmbeddingResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.bulk.BulkAction;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.action.delete.DeleteRequest;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.IndexingPressureService;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;

/** Whatever is thrown on a batch's way, every document gets its answer, once. */
public class IngestBatchTests extends IngestTestCase {

    private static final EmbeddingRule RULE = rule("vector", "text");

    /** A document that cannot be written to any more. */
    private static IngestDocument sealed(String id) {
        IngestDocument document = document(id, "text", "a");
        Map<String, Object> inner = Collections.unmodifiableMap(Map.of("x", 1));
        document.getSourceAndMetadata().put("o", inner);
        return document;
    }

    public void testDocumentThatTakesNoVectorFailsAlone() throws Exception {
        List<IngestDocumentWrapper> done =
                embed(wrappers(sealed("1"), document("2", "text", "b")), false, rule("o.vector", "text"));
        assertNotNull(done.get(0).getException());
        assertEquals(
                FakeEmbedder.value("tiny", "b"),
                done.get(1).getIngestDocument().getFieldValue("o.vector", String.class));
    }

    public void testDocumentThatTakesNoMarkFailsAlone() throws Exception {
        embedder.behaviour = request -> {
            throw down();
        };
        List<IngestDocumentWrapper> done =
                embed(wrappers(sealed("1"), document("2", "text", "b")), true, rule("o.vector", "text"));
        assertNotNull(done.get(0).getException());
        assertNull(done.get(1).getException());
        assertTrue(done.get(1).getIngestDocument().hasField("o.vector"));
    }

    public void testFewerVectorsThanTexts() throws Exception {
        embedder.behaviour = request -> List.of(EmbeddingResult.of(new float[] {1, 2, 3}));
        List<IngestDocumentWrapper> done =
                embed(wrappers(document("1", "text", "a"), document("2", "text", "b")), false, RULE);
        assertNull(done.get(0).getException());
        assertEquals("expected 2 vectors, got 1", done.get(1).getException().getMessage());
    }

    public void testRepliesThatCannotBeRead() throws Exception {
        for (List<EmbeddingResult> reply : Arrays.asList(Collections.<EmbeddingResult>singletonList(null), null)) {
            embedder.behaviour = request -> reply;
            List<IngestDocumentWrapper> done = embed(wrappers(document("1", "text", "a")), false, RULE);
            assertNotNull(done.getFirst().getException());
        }
    }

    public void testEmbedderThatThrowsInsteadOfAnswering() throws Exception {
        embedder.executor = task -> {
            throw new IllegalStateException("shut down");
        };
        List<IngestDocumentWrapper> done = embed(wrappers(document("1", "text", "a")), false, RULE);
        assertEquals("shut down", done.getFirst().getException().getMessage());
    }

    public void testEmbedderThatAnswersAndThrows() throws Exception {
        embedder.executor = task -> {
            task.run();
            throw new IllegalStateException("afterwards");
        };
        List<IngestDocumentWrapper> done = embed(wrappers(document("1", "text", "a")), false, RULE);
        assertNull(done.getFirst().getException());
    }

    public void testStoredDocumentsThatCannotBeAskedFor() throws Exception {
        index.executor = task -> {
            throw new IllegalStateException("shut down");
        };
        List<IngestDocumentWrapper> done = embed(wrappers(document("1", "text", "a")), false, RULE);
        assertEquals(
                "a whole document needs nothing stored",
                FakeEmbedder.value("tiny", "a"),
                value(done.getFirst(), "vector"));
    }

    public void testShardThatRefusesIsNotPaidFor() throws Exception {
        access.use((request, listener) -> {
            throw new IllegalStateException("not for you");
        });
        List<IngestDocumentWrapper> done = embed(wrappers(document("1", "text", "a")), false, RULE);
        assertEquals("not for you", done.getFirst().getException().getMessage());
        assertTrue(embedder.requests.isEmpty());
        assertTrue("nothing is read either", index.requests.isEmpty());
    }

    /** OpenSearch guards a pipeline until its first processor waits; what comes behind it throws at nobody. */
    public void testPipelineBehindThatThrowsFailsItsDocumentsAndGivesTheirBytesBack() {
        IndexingPressureService pressure = new IndexingPressureService(Settings.EMPTY, clusterService);
        updates = new PartialUpdates(threadContext, () -> pressure, NAMES);
        batchEmbedder = new BatchEmbedder(
                embedder, models, new BatchEmbedder.Node(index, clusterService, stats, access), updates);
        BulkRequest bulk = new BulkRequest()
                .add(new IndexRequest("other").id("3").source("text", "c"))
                .add(new IndexRequest(INDEX).id("1").source("text", "a"))
                .add(new DeleteRequest(INDEX, "4"))
                .add(new UpdateRequest(INDEX, "2").doc("text", "b"));
        AtomicInteger calls = new AtomicInteger();
        List<ActionListener<BulkResponse>> inner = new ArrayList<>();
        PlainActionFuture<BulkResponse> answer = new PlainActionFuture<>();
        IngestDocument moved = document("1", "text", "a", "_index", "elsewhere");
        updates.<ActionRequest, BulkResponse>apply(
                null, BulkAction.NAME, bulk, null, answer, (task, action, request, listener) -> {
                    inner.add(listener);
                    pressure.markCoordinatingOperationStarted(bulk::ramBytesUsed, false);
                    List<IngestDocumentWrapper> batch = List.of(wrapper(1, moved), wrapper(3, document("2")));
                    batchEmbedder.embed(batch, List.of(RULE), done -> {
                        calls.incrementAndGet();
                        throw new IllegalArgumentException("field [missing] not present");
                    });
                });
        List<String> items = Stream.of(answer.actionGet().getItems())
                .map(item -> item.getItemId() + " " + item.getOpType() + " " + item.getIndex() + " " + item.getId()
                        + " " + item.status() + " " + item.getFailureMessage())
                .toList();
        String again = OpenSearchRejectedExecutionException.class.getName()
                + ": not written, because the pipeline of other documents in the bulk request threw an exception; send it again";
        String thrown = "java.lang.IllegalArgumentException: field [missing] not present";
        assertEquals(
                List.of(
                        "0 INDEX other 3 TOO_MANY_REQUESTS " + again,
                        "1 INDEX articles 1 BAD_REQUEST " + thrown,
                        "2 DELETE articles 4 TOO_MANY_REQUESTS " + again,
                        "3 UPDATE articles 2 BAD_REQUEST " + thrown),
                items);
        assertEquals("the pipeline is not run twice", 1, calls.get());
        assertEquals(0, pressure.nodeStats().getCurrentCombinedCoordinatingAndPrimaryBytes());
        // Should OpenSearch go on after all, it gives back what it took itself.
        inner.getFirst().onResponse(null);
        assertEquals(bulk.ramBytesUsed(), pressure.nodeStats().getCurrentCombinedCoordinatingAndPrimaryBytes());
    }

    public void testPipelineBehindTheOnlyDocumentThatThrows() throws Exception {
        List<Exception> failures = new ArrayList<>();
        BulkRequest bulk = new BulkRequest().add(new IndexRequest(INDEX).source("text", "a"));
        execute(document(null, "text", "a"), bulk, new PlainActionFuture<>(), (document, failure) -> {
            if (failure == null) {
                throw new IllegalArgumentException("field [missing] not present");
            }
            failures.add(failure);
        });
        assertBusy(() -> assertEquals(1, failures.size()));
        assertThat(failures.getFirst().getMessage(), containsString("[missing]"));
    }

    /** An inner pipeline has each document by itself, and OpenSearch counts what it answers. */
    public void testPipelineBehindOneOfManyThatThrows() {
        AtomicInteger calls = new AtomicInteger();
        PlainActionFuture<BulkResponse> answer = new PlainActionFuture<>();
        BulkRequest bulk = new BulkRequest()
                .add(new IndexRequest(INDEX).source("text", "a"))
                .add(new IndexRequest(INDEX).source("text", "b"));
        execute(document(null, "text", "b"), bulk, answer, (document, failure) -> {
            calls.incrementAndGet();
            throw new IllegalArgumentException("field [missing] not present");
        });
        for (BulkItemResponse item : answer.actionGet().getItems()) {
            assertEquals(RestStatus.BAD_REQUEST, item.status());
        }
        assertEquals("no call is counted twice", 1, calls.get());
    }

    private void execute(
            IngestDocument document,
            BulkRequest bulk,
            ActionListener<BulkResponse> answer,
            BiConsumer<IngestDocument, Exception> handler) {
        updates.<ActionRequest, BulkResponse>apply(
                null,
                BulkAction.NAME,
                bulk,
                null,
                answer,
                (task, action, request, listener) -> SingleDocument.execute(
                        document,
                        batchEmbedder.isAlone(document),
                        (wrappers, each) -> batchEmbedder.embed(wrappers, List.of(RULE), each),
                        handler));
    }

    /** A simulation may name any document: it must not show what is stored. */
    public void testSimulationReadsNothing() throws Exception {
        index.documents.put("1", "{\"text\":\"a\",\"vector\":\"secret\"}");
        Handler handler = new Handler();
        batchEmbedder.embed(wrappers(document("1", "text", "a")), List.of(RULE), handler);
        assertEquals(FakeEmbedder.value("tiny", "a"), value(handler.results().getFirst(), "vector"));
        assertTrue(index.requests.isEmpty());
    }

    public void testDocumentToBeCreatedThatExistsIsNotPaidFor() throws Exception {
        index.documents.put("1", "{\"text\":\"b\"}");
        Handler handler = new Handler();
        BulkRequest bulk = new BulkRequest()
                .add(new IndexRequest(INDEX).id("1").create(true).source("text", "a"));
        during(updates, bulk, () -> batchEmbedder.embed(wrappers(document("1", "text", "a")), List.of(RULE), handler));
        Exception failure = handler.results().getFirst().getException();
        assertEquals(RestStatus.CONFLICT, ExceptionsHelper.status(failure));
        assertTrue(embedder.requests.isEmpty());
    }
}
