/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.ingest.EmbeddingRule.Marking;
import dev.embeddingsearch.mapper.FieldModel;
import dev.embeddingsearch.mapper.PendingMark;
import dev.embeddingsearch.model.InputType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.opensearch.ExceptionsHelper;
import org.opensearch.Version;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.NoShardAvailableActionException;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.delete.DeleteRequest;
import org.opensearch.action.get.MultiGetRequest;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.AliasMetadata;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.script.Script;
import org.opensearch.test.ClusterServiceUtils;

/** What becomes of partial updates, given what is stored and what else the bulk request changes. */
public class PartialDocumentTests extends IngestTestCase {

    private static final EmbeddingRule RULE = rule("vector", "text");

    private static String vector(String text) {
        return FakeEmbedder.value("tiny", text);
    }

    /** Sends one partial update through ingest, as a batch. */
    private IngestDocumentWrapper partial(UpdateRequest update) throws Exception {
        Handler handler = new Handler();
        IngestDocumentWrapper document = wrapper(0, document(null));
        document.getIngestDocument().getSourceAndMetadata().putAll(update.doc().sourceAsMap());
        BulkRequest bulk = new BulkRequest().add(update).add(new IndexRequest(INDEX).source("text", "whole"));
        during(updates, bulk, () -> {
            if (update.doc().id() != null) {
                document.getIngestDocument().setFieldValue("_id", update.doc().id());
            }
            batchEmbedder.embed(List.of(document), List.of(RULE, rule("both", "title", "text")), handler);
        });
        return handler.results().getFirst();
    }

    public void testPartialUpdateIsEmbeddedWithTheRestOfItsDocument() throws Exception {
        index.documents.put("1", "{\"title\":\"T\",\"text\":\"old\",\"both\":\"x\",\"vector\":\"y\"}");
        IngestDocumentWrapper done = partial(new UpdateRequest(INDEX, "1").doc("text", "new"));
        assertEquals(vector("new"), value(done, "vector"));
        assertEquals(vector("T\nnew"), value(done, "both"));
        assertFalse(
                "only what changed goes into the update",
                done.getIngestDocument().hasField("title"));
    }

    /** Sends the documents of {@code bulk} through ingest, as one batch but for those of {@code elsewhere}. */
    private List<IngestDocumentWrapper> batch(BulkRequest bulk, EmbeddingRule rule, Set<Integer> elsewhere)
            throws Exception {
        Handler handler = new Handler();
        during(updates, bulk, () -> {
            List<IngestDocumentWrapper> batch = new ArrayList<>();
            for (int slot = 0; slot < bulk.requests().size(); slot++) {
                DocWriteRequest<?> request = bulk.requests().get(slot);
                IngestDocument document = document(request.id());
                if (elsewhere.contains(slot)) {
                    continue;
                }
                IndexRequest source = request instanceof UpdateRequest update ? update.doc() : (IndexRequest) request;
                document.getSourceAndMetadata().putAll(source.sourceAsMap());
                batch.add(wrapper(slot, document));
            }
            batchEmbedder.embed(batch, List.of(rule), handler);
        });
        return handler.results();
    }

    public void testPartialUpdatesOfOneDocumentInOneBatchBuildOnEachOther() throws Exception {
        index.documents.put("1", "{\"title\":\"T\",\"text\":\"old\",\"both\":\"x\"}");
        BulkRequest bulk = new BulkRequest()
                .add(new UpdateRequest(INDEX, "1").doc("title", "U"))
                .add(new UpdateRequest(INDEX, "1").doc("text", "new"))
                .add(new UpdateRequest(INDEX, "1").doc("title", "U"));
        List<IngestDocumentWrapper> done = batch(bulk, rule("both", "title", "text"), Set.of());
        assertEquals(vector("U\nold"), value(done.get(0), "both"));
        assertEquals(vector("U\nnew"), value(done.get(1), "both"));
        assertEquals(vector("U\nnew"), value(done.get(2), "both"));
    }

    public void testPartialUpdateBehindItsDocumentInOneBatch() throws Exception {
        BulkRequest bulk = new BulkRequest()
                .add(new IndexRequest(INDEX).id("1").source("title", "T", "text", "old"))
                .add(new UpdateRequest(INDEX, "1").doc("text", "new"));
        List<IngestDocumentWrapper> done = batch(bulk, rule("both", "title", "text"), Set.of());
        assertEquals(vector("T\nold"), value(done.get(0), "both"));
        assertEquals(vector("T\nnew"), value(done.get(1), "both"));
    }

    /** OpenSearch may cut the requests for one document into several batches, and others into none. */
    public void testPartialUpdateBehindChangesOutsideItsBatchGoesByThem() throws Exception {
        index.documents.put("1", "{\"title\":\"T\",\"text\":\"stored\"}");
        index.documents.put("2", "{\"title\":\"T\",\"text\":\"stored\"}");
        BulkRequest bulk = new BulkRequest()
                .add(new IndexRequest(INDEX).id("1").source("text", "old", "title", "A"))
                .add(new UpdateRequest(INDEX, "1").doc("text", "new"))
                .add(new UpdateRequest(INDEX, "1").doc("views", 3))
                .add(new UpdateRequest(INDEX, "1").doc("title", "B"))
                .add(new DeleteRequest(INDEX, "2"))
                .add(new UpdateRequest(INDEX, "2").doc("text", "x").docAsUpsert(true));
        List<IngestDocumentWrapper> done = batch(bulk, rule("both", "title", "text"), Set.of(0, 1, 4));
        assertFalse(done.get(0).getIngestDocument().hasField("both"));
        assertEquals(vector("B\nnew"), value(done.get(1), "both"));
        assertEquals(vector("x"), value(done.get(2), "both"));
    }

    public void testPartialUpdateBehindAScriptFails() throws Exception {
        index.documents.put("1", "{\"title\":\"T\",\"text\":\"stored\"}");
        BulkRequest bulk = new BulkRequest()
                .add(new UpdateRequest(INDEX, "1").script(new Script("ctx._source.title = 'x'")))
                .add(new UpdateRequest(INDEX, "1").doc("text", "new"))
                .add(new UpdateRequest(INDEX, "1").doc("views", 3));
        List<IngestDocumentWrapper> done = batch(bulk, rule("both", "title", "text"), Set.of(0));
        assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(done.get(0).getException()));
        assertEquals(
                "the same bulk request changes the document before, by a script; send the update in a request of its own",
                done.get(0).getException().getCause().getMessage());
        assertNull("an update of something else goes through", done.get(1).getException());
    }

    private static IndexMetadata.Builder behindAlias(String name, AliasMetadata.Builder alias) {
        return IndexMetadata.builder(name)
                .settings(settings(Version.CURRENT))
                .numberOfShards(1)
                .numberOfReplicas(0)
                .putAlias(alias);
    }

    /** As a rollover leaves it: one cannot read through the alias, but write. */
    public void testPartialUpdateThroughAnAliasOfSeveralIndicesReadsTheOneWrittenTo() throws Exception {
        AliasMetadata.Builder alias = AliasMetadata.builder(INDEX);
        Metadata metadata = Metadata.builder()
                .put(behindAlias("articles-1", alias.writeIndex(false)))
                .put(behindAlias("articles-2", alias.writeIndex(true).indexRouting("r")))
                .build();
        ClusterServiceUtils.setState(
                clusterService,
                ClusterState.builder(clusterService.state()).metadata(metadata).build());
        index.documents.put("1", "{\"title\":\"T\",\"text\":\"old\"}");
        IngestDocumentWrapper done = partial(new UpdateRequest(INDEX, "1").doc("text", "new"));
        assertEquals(vector("T\nnew"), value(done, "both"));
        MultiGetRequest.Item read = index.requests.getFirst().getItems().getFirst();
        assertEquals("articles-2", read.index());
        assertEquals("r", read.routing());
    }

    public void testPartialUpdateKeepsAVectorThatTheSourceDoesNotHold() throws Exception {
        index.documents.put("1", "{\"text\":\"same\",\"views\":2}");
        EmbeddingRule outside = new EmbeddingRule(
                "vector",
                List.of("text"),
                new FieldModel("tiny", "tiny-1", 3, InputType.TEXT),
                false,
                true,
                Marking.NONE);
        BulkRequest bulk = new BulkRequest().add(new UpdateRequest(INDEX, "1").doc("views", 3));
        assertEquals(vector("same"), value(batch(bulk, outside, Set.of()).get(0), "vector"));
    }

    /** An object is merged into an object, but takes the place of a list. */
    public void testObjectThatReplacesAListTakesItsTextAway() throws Exception {
        index.documents.put("1", "{\"title\":\"T\",\"o\":[{\"t\":\"x\",\"v\":\"old\"}]}");
        index.documents.put("2", "{\"title\":\"T\",\"o\":{\"t\":\"x\",\"v\":\"old\"}}");
        BulkRequest bulk = new BulkRequest()
                .add(new UpdateRequest(INDEX, "1").doc("o", Map.of("y", 1)))
                .add(new UpdateRequest(INDEX, "2").doc("o", Map.of("y", 1)));
        List<IngestDocumentWrapper> done = batch(bulk, rule("o.v", "o.t", "title"), Set.of());
        assertEquals(Map.of("y", 1, "v", vector("T")), value(done.get(0), "o"));
        assertEquals("merged: text and vector stay", Map.of("y", 1), value(done.get(1), "o"));
    }

    public void testPartialUpdateOfOneOfTwoSources() throws Exception {
        index.documents.put("1", "{\"title\":\"T\",\"text\":\"old\",\"both\":\"x\",\"vector\":\"y\"}");
        IngestDocumentWrapper done = partial(new UpdateRequest(INDEX, "1").doc("title", "U"));
        assertFalse(done.getIngestDocument().hasField("vector"));
        assertEquals(vector("U\nold"), value(done, "both"));
    }

    public void testPartialUpdateOfSomethingElseAsksNobody() throws Exception {
        IngestDocumentWrapper done = partial(new UpdateRequest(INDEX, "1").doc("views", 3));
        assertFalse(done.getIngestDocument().hasField("vector"));
        assertTrue(index.requests.isEmpty());
        assertTrue(embedder.requests.isEmpty());
    }

    private static final String PENDING = "{\"text\":\"same\",\"vector\":{\"_embedding_pending\":\"down\"}}";

    private IngestDocumentWrapper updateOfSomethingElse() throws Exception {
        BulkRequest bulk = new BulkRequest().add(new UpdateRequest(INDEX, "1").doc("views", 3));
        return batch(bulk, marking(RULE), Set.of()).getFirst();
    }

    public void testPartialUpdateOfSomethingElseBringsTheVectorThatIsWaitedFor() throws Exception {
        index.documents.put("1", PENDING);
        assertEquals(vector("same"), value(updateOfSomethingElse(), "vector"));
    }

    public void testPartialUpdateOfSomethingElsePassesWhateverKeepsTheVectorAway() throws Exception {
        index.documents.put("1", PENDING);
        for (RuntimeException failure : List.of(down(), new IllegalArgumentException("too long"))) {
            embedder.behaviour = request -> {
                throw failure;
            };
            IngestDocumentWrapper done = updateOfSomethingElse();
            assertNull(done.getException());
            assertFalse(done.getIngestDocument().hasField("vector"));
        }
        index.itemFailure = new IllegalStateException("shard is away");
        assertNull(updateOfSomethingElse().getException());
    }

    public void testPartialUpdateOfSomethingElseLeavesAVectorAlone() throws Exception {
        index.documents.put("1", "{\"text\":\"same\",\"vector\":\"stored\"}");
        assertFalse(updateOfSomethingElse().getIngestDocument().hasField("vector"));
        assertTrue(embedder.requests.isEmpty());
    }

    public void testPartialUpdateOfTheTextIsMarked() throws Exception {
        index.documents.put("1", "{\"text\":\"old\",\"vector\":\"stored\"}");
        embedder.behaviour = request -> {
            throw down();
        };
        BulkRequest bulk = new BulkRequest().add(new UpdateRequest(INDEX, "1").doc("text", "new"));
        IngestDocumentWrapper done = batch(bulk, marking(RULE), Set.of()).getFirst();
        assertTrue(PendingMark.is(value(done, "vector")));
    }

    public void testPartialUpdateToNoTextRemovesTheVector() throws Exception {
        index.documents.put("1", "{\"text\":\"old\",\"both\":\"x\",\"vector\":\"y\"}");
        IngestDocumentWrapper done = partial(new UpdateRequest(INDEX, "1").doc(Collections.singletonMap("text", null)));
        assertTrue(done.getIngestDocument().getSourceAndMetadata().containsKey("vector"));
        assertNull(value(done, "vector"));
        assertNull(value(done, "both"));
    }

    public void testPartialUpdateThatCannotSeeTheDocumentFails() throws Exception {
        index.itemFailure = new NoShardAvailableActionException(null, "shard is away");
        IngestDocumentWrapper done = partial(new UpdateRequest(INDEX, "1").doc("text", "new"));
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, ExceptionsHelper.status(done.getException()));
        assertEquals(
                "cannot read the stored document to embed field [vector] anew",
                done.getException().getMessage());
        assertEquals("shard is away", done.getException().getCause().getMessage());
    }

    public void testPartialUpdateOfNoDocumentEmbedsNothing() throws Exception {
        IngestDocumentWrapper done = partial(new UpdateRequest(INDEX, "1").doc("text", "new"));
        assertEquals(RestStatus.NOT_FOUND, ExceptionsHelper.status(done.getException()));
        assertEquals("[1]: document missing", done.getException().getMessage());
        assertTrue(embedder.requests.isEmpty());
    }

    /** Whoever wrote the document meanwhile, the shard compares the merged text with what the vector was made of. */
    public void testPartialUpdateThatInsertsAnotherDocumentIsEmbeddedAlone() throws Exception {
        IngestDocumentWrapper done =
                partial(new UpdateRequest(INDEX, "1").doc("text", "new").upsert("text", "first"));
        assertEquals(vector("new"), value(done, "vector"));
    }

    public void testSameDocumentByTheNameOfAnAlias() throws Exception {
        index.documents.put("1", "{\"title\":\"T\",\"text\":\"old\"}");
        BulkRequest bulk = new BulkRequest()
                .add(new UpdateRequest("alias", "1").doc("title", "U"))
                .add(new UpdateRequest(INDEX, "1").doc("text", "new"));
        List<IngestDocumentWrapper> done = batch(bulk, rule("both", "title", "text"), Set.of(0));
        assertEquals(List.of("U\nnew"), embedder.requests.getFirst().texts());
        assertEquals(vector("U\nnew"), value(done.getFirst(), "both"));
    }

    public void testPartialUpdateWithClientsOwnVectorIsOverruledByTheText() throws Exception {
        index.documents.put("1", "{\"text\":\"old\",\"both\":\"x\",\"vector\":\"y\"}");
        IngestDocumentWrapper done = partial(new UpdateRequest(INDEX, "1").doc("vector", "mine"));
        assertEquals("y", value(done, "vector"));
    }

    public void testIndexAboutToBeCreatedHoldsNothing() throws Exception {
        index.missing = true;
        UpdateRequest update = new UpdateRequest(INDEX, "1").doc("text", "a").docAsUpsert(true);
        assertEquals(vector("a"), value(partial(update), "vector"));
    }
}
