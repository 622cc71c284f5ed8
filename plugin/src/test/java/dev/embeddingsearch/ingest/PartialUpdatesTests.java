/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.bulk.BulkAction;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.action.bulk.TransportBulkAction;
import org.opensearch.action.delete.DeleteRequest;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.index.IndexResponse;
import org.opensearch.action.search.SearchAction;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.action.support.WriteRequest.RefreshPolicy;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.VersionType;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.script.Script;

/** Documents are made here from requests as the ingest service makes them. */
public class PartialUpdatesTests extends IngestTestCase {

    private UpdateRequest update(IngestDocumentWrapper wrapper) {
        return updates.current().map(bulk -> bulk.update(wrapper)).orElse(null);
    }

    private static IngestDocumentWrapper ingested(int slot, int childSlot, IndexRequest request) {
        return new IngestDocumentWrapper(
                slot,
                childSlot,
                new IngestDocument(
                        request.index(),
                        request.id(),
                        request.routing(),
                        request.version(),
                        request.versionType() == null ? VersionType.INTERNAL : request.versionType(),
                        request.sourceAsMap()),
                null);
    }

    private static UpdateRequest update(String id) {
        return new UpdateRequest(INDEX, id).doc(Map.of("text", "new"));
    }

    public void testFindsTheUpdateOfADocumentInABatch() {
        UpdateRequest update = update("1");
        BulkRequest bulk = new BulkRequest()
                .add(new DeleteRequest(INDEX, "0"))
                .add(new IndexRequest(INDEX).source("text", "whole"))
                .add((DocWriteRequest<?>) update);
        during(updates, bulk, () -> {
            assertSame(update, update(ingested(2, 0, update.doc())));
            assertNull(update(ingested(1, 0, (IndexRequest) bulk.requests().get(1))));
        });
    }

    /** Ingest asks for a document that a failed update may insert, and never answers where it finds none. */
    public void testFailedUpdatesCanBeReportedAndAreAsBeforeOnceAnswered() {
        UpdateRequest partial = update("1");
        UpdateRequest whole = update("2").docAsUpsert(true);
        UpdateRequest inserting = update("3").upsert(Map.of("text", "first"));
        BulkRequest bulk = new BulkRequest();
        List<UpdateRequest> all = List.of(partial, whole, inserting);
        all.forEach(update -> bulk.add((DocWriteRequest<?>) update));
        PlainActionFuture<BulkResponse> answer = new PlainActionFuture<>();
        updates.apply(null, BulkAction.NAME, bulk, null, answer, (task, action, request, listener) -> {
            all.forEach(PartialUpdates::makeReportable);
            for (UpdateRequest update : all) {
                assertNotNull(update.id(), TransportBulkAction.getIndexWriteRequest(update));
            }
            assertEquals("1", TransportBulkAction.getIndexWriteRequest(partial).id());
            assertFalse(inserting.docAsUpsert());
            listener.onResponse(null);
        });
        assertTrue(answer.isDone());
        assertFalse(partial.docAsUpsert());
        assertTrue(whole.docAsUpsert());
        assertFalse(inserting.docAsUpsert());
    }

    /** A batch of one document runs outside batches, where it has no slot. */
    public void testFindsTheUpdateOfADocumentAlone() {
        UpdateRequest update = update("1");
        BulkRequest bulk = new BulkRequest()
                .add(new IndexRequest("elsewhere").id("1").source("text", "whole"))
                .add((DocWriteRequest<?>) update("2"))
                .add((DocWriteRequest<?>) update);
        during(updates, bulk, () -> {
            assertSame(update, update(ingested(0, -1, update.doc())));
            assertNull(update(ingested(0, -1, (IndexRequest) bulk.requests().get(0))));
        });
    }

    /** A node that only coordinates forwards bulk requests; on the way the partial documents get index and id. */
    public void testFindsTheUpdateOfAForwardedDocument() throws Exception {
        BulkRequest sent = new BulkRequest().add((DocWriteRequest<?>) update("1"));
        BulkRequest bulk = copyWriteable(sent, writableRegistry(), BulkRequest::new);
        UpdateRequest update = (UpdateRequest) bulk.requests().get(0);
        during(updates, bulk, () -> assertSame(update, update(ingested(0, 0, update.doc()))));
    }

    /** OpenSearch resolves system pipelines of partial documents once, and forgets them on the next node. */
    public void testForwardedDocumentFindsItsSystemPipelineAgain() {
        UpdateRequest partial = update("1");
        UpdateRequest whole = update("2").docAsUpsert(true);
        partial.doc().isPipelineResolved(true);
        whole.doc().isPipelineResolved(true);
        BulkRequest bulk = new BulkRequest().add((DocWriteRequest<?>) partial).add((DocWriteRequest<?>) whole);
        during(updates, bulk, () -> {
            assertFalse(partial.doc().isPipelineResolved());
            assertTrue(whole.doc().isPipelineResolved());
        });
    }

    public void testUpsertIsAWholeDocument() {
        UpdateRequest update = update("1").upsert(Map.of("text", "first"));
        BulkRequest bulk = new BulkRequest().add((DocWriteRequest<?>) update);
        during(updates, bulk, () -> {
            assertSame(update, update(ingested(0, 0, update.doc())));
            assertNull(update(ingested(0, 1, update.upsertRequest())));
        });
    }

    public void testUpsertOfAScriptIsAWholeDocument() {
        UpdateRequest update =
                new UpdateRequest(INDEX, "1").script(new Script("x")).upsert(Map.of("text", "first"));
        during(
                updates,
                new BulkRequest().add((DocWriteRequest<?>) update),
                () -> assertNull(update(ingested(0, 0, update.upsertRequest()))));
    }

    public void testWholeDocumentBesideAnUpdateOfTheSameId() {
        IndexRequest whole = new IndexRequest(INDEX).id("1").source("text", "whole");
        UpdateRequest update = update("1");
        during(updates, new BulkRequest().add(whole).add((DocWriteRequest<?>) update), () -> {
            assertNull(update(ingested(0, 0, whole)));
            assertSame(update, update(ingested(1, 0, update.doc())));
        });
    }

    /** A bulk request may be made while another is under way, such as by a processor. */
    public void testRequestsInsideOthersDoNotSeeThem() {
        UpdateRequest outer = update("1");
        IndexRequest inner = new IndexRequest(INDEX).source("text", "whole");
        during(updates, new BulkRequest().add((DocWriteRequest<?>) outer), () -> {
            during(updates, new BulkRequest().add(inner), () -> assertNull(update(ingested(0, 0, inner))));
            assertSame(outer, update(ingested(0, 0, outer.doc())));
        });
    }

    private static IndexRequest source(String id, String json) {
        return new IndexRequest(INDEX).id(id).source(json, XContentType.JSON);
    }

    private BulkResponse answer(BulkRequest bulk, List<BulkRequest> passed) {
        PlainActionFuture<BulkResponse> answer = new PlainActionFuture<>();
        updates.apply(null, BulkAction.NAME, bulk, null, answer, (task, action, request, listener) -> {
            passed.add(request);
            BulkItemResponse[] items = new BulkItemResponse[request.requests().size()];
            for (int i = 0; i < items.length; i++) {
                DocWriteRequest<?> one = request.requests().get(i);
                Exception done = new IllegalStateException("done " + one.id());
                items[i] = new BulkItemResponse(
                        i, one.opType(), new BulkItemResponse.Failure(one.index(), one.id(), done));
            }
            listener.onResponse(new BulkResponse(items, 7, 8));
        });
        return answer.actionGet();
    }

    /** OpenSearch would fail all documents of a batch for one of them, and in its words. */
    public void testDocumentsThatCannotBeParsedFailAlone() {
        BulkRequest bulk = new BulkRequest()
                .add(source("1", "{\"t\":\"x\"}"))
                .add(source("2", "{\"t\":\"x\",\"t\":\"y\"}"))
                .add(new DeleteRequest(INDEX, "3"))
                .add((DocWriteRequest<?>) new UpdateRequest(INDEX, "4").doc("{\"t\":", XContentType.JSON))
                .add(new IndexRequest("elsewhere").id("5").source("{\"t\":", XContentType.JSON))
                .timeout("7s")
                .setRefreshPolicy(RefreshPolicy.WAIT_UNTIL);
        List<BulkRequest> passed = new ArrayList<>();
        BulkItemResponse[] items = answer(bulk, passed).getItems();
        assertEquals(
                List.of("1", "3", "5"),
                passed.getFirst().requests().stream().map(DocWriteRequest::id).toList());
        assertEquals(bulk.timeout(), passed.getFirst().timeout());
        assertEquals(RefreshPolicy.WAIT_UNTIL, passed.getFirst().getRefreshPolicy());
        for (int i = 0; i < 5; i++) {
            assertEquals(i, items[i].getItemId());
            assertEquals("" + (i + 1), items[i].getId());
            boolean unreadable = i == 1 || i == 3;
            assertEquals(unreadable, !items[i].getFailureMessage().contains("done"));
            if (unreadable) {
                assertEquals(RestStatus.BAD_REQUEST, items[i].status());
            }
        }
    }

    public void testRequestOfUnreadableDocumentsOnlyIsAnsweredAtOnce() {
        List<BulkRequest> passed = new ArrayList<>();
        BulkItemResponse[] items =
                answer(new BulkRequest().add(source("1", "{")), passed).getItems();
        assertEquals(List.of(), passed);
        assertEquals(1, items.length);
        assertTrue(items[0].isFailed());
    }

    /** OpenSearch fills the places of failures in the order in which its pipelines report them. */
    public void testItemsComeBackInTheOrderOfTheirRequests() {
        BulkRequest bulk = new BulkRequest();
        for (int i = 0; i < 4; i++) {
            bulk.add(source("" + i, "{}"));
        }
        BulkItemResponse[] items = {
            failed(3, BulkItemResponse.Failure.FailureSource.PIPELINE),
            new BulkItemResponse(0, DocWriteRequest.OpType.INDEX, written("1", "uuid")),
            failed(0, BulkItemResponse.Failure.FailureSource.PIPELINE),
            new BulkItemResponse(2, DocWriteRequest.OpType.INDEX, written("2", "_na_"))
        };
        PlainActionFuture<BulkResponse> answer = new PlainActionFuture<>();
        updates.apply(
                null,
                BulkAction.NAME,
                bulk,
                null,
                answer,
                (task, action, request, listener) -> listener.onResponse(new BulkResponse(items, 7, 8)));
        BulkResponse ordered = answer.actionGet();
        List<String> ids =
                Arrays.stream(ordered.getItems()).map(BulkItemResponse::getId).toList();
        assertEquals(List.of("0", "1", "2", "3"), ids);
        assertEquals(8, ordered.getIngestTookInMillis());
    }

    private static BulkItemResponse failed(int slot, BulkItemResponse.Failure.FailureSource source) {
        return new BulkItemResponse(
                slot,
                DocWriteRequest.OpType.INDEX,
                new BulkItemResponse.Failure(INDEX, "" + slot, new IllegalStateException("no"), source));
    }

    private static IndexResponse written(String id, String indexUuid) {
        return new IndexResponse(new ShardId(new Index(INDEX, indexUuid), 0), id, 1, 1, 1, true);
    }

    public void testNothingStaysBehind() {
        UpdateRequest update = update("1");
        during(updates, new BulkRequest().add((DocWriteRequest<?>) update), () -> {});
        assertNull(update(ingested(0, 0, update.doc())));
    }

    public void testOtherActionsPass() {
        boolean[] passed = new boolean[1];
        updates.apply(
                null,
                SearchAction.NAME,
                new SearchRequest(),
                null,
                null,
                (task, action, request, listener) -> passed[0] = true);
        assertTrue(passed[0]);
        assertEquals(Integer.MAX_VALUE, updates.order());
    }
}
