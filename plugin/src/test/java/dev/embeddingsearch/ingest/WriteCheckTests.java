/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;

import dev.embeddingsearch.ingest.EmbeddedVectors.Origin;
import dev.embeddingsearch.mapper.EmbeddingMappings;
import dev.embeddingsearch.mapper.MappedEmbedding;
import dev.embeddingsearch.mapper.PendingMark;
import dev.embeddingsearch.mapper.UpdateOrigins;
import dev.embeddingsearch.mapper.VectorOrigin;
import dev.embeddingsearch.model.InputType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.bulk.BulkAction;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.bulk.BulkShardRequest;
import org.opensearch.action.bulk.BulkShardResponse;
import org.opensearch.action.bulk.TransportShardBulkAction;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.support.replication.TransportReplicationAction.ConcreteShardRequest;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.script.Script;
import org.opensearch.transport.TransportRequestHandler;

/** What is let through to a shard, on the node that coordinates and on that of the primary. */
public class WriteCheckTests extends IngestTestCase {

    private static final String FIELD = """
            {"properties":{"o":{"properties":{"v":{"type":"embedding","model_id":"tiny-1","dimensions":3,\
            "source_fields":["t"]%s}}}}}""";

    private static final Origin MADE = new Origin("tiny-1", InputType.TEXT, VectorOrigin.ofText("ice"));

    private Map<String, MappedEmbedding> fields(String mapping) throws Exception {
        try (MappedIndices indices = new MappedIndices(threadPool, INDEX, mapping)) {
            return indices.mappings().of(INDEX);
        }
    }

    private static EmbeddedVectors made(Origin origin, String vector) {
        EmbeddedVectors vectors = new EmbeddedVectors();
        vectors.add(origin, vector);
        vectors.addTarget("o.v");
        return vectors;
    }

    private static IndexRequest whole(Object... source) {
        return new IndexRequest(INDEX).id("1").source(source);
    }

    private static Exception refusal(WriteCheck check, IndexRequest request, String update) {
        return expectThrows(RuntimeException.class, () -> check.check(request, update));
    }

    public void testTextComesWithItsVector() throws Exception {
        Map<String, MappedEmbedding> fields = fields(FIELD.formatted(""));
        WriteCheck check = new WriteCheck(INDEX, fields, made(MADE, "AAAA"), false);
        check.check(whole("t", "ice", "o.v", "AAAA"), null);
        check.check(whole("t", "ice", "o", Map.of("v", "AAAA")), null);
        check.check(whole("x", 1), null);
        check.check(whole("t", " "), null);
        check.check(whole("t", "ice", "o", Map.of("v", new PendingMark("down", null).value())), null);
        assertThat(
                refusal(check, whole("t", "ice"), null).getMessage(),
                containsString("did not pass ingest and has no vector"));
        for (IndexRequest other :
                List.of(whole("t", "snow", "o.v", "AAAA"), whole("t", List.of("ice", "snow"), "o.v", "AAAA"))) {
            assertEquals(RestStatus.CONFLICT, ExceptionsHelper.status(refusal(check, other, null)));
        }
        IndexRequest foreign = whole("t", "ice", "o.v", "BBBB");
        assertThat(
                refusal(check, foreign, null).getMessage(),
                containsString("the vector of field [o.v] did not pass ingest"));
        new WriteCheck(INDEX, fields, EmbeddedVectors.NONE, true).check(foreign, null);
    }

    public void testVectorOfAnotherModelOrKindOfInput() throws Exception {
        Map<String, MappedEmbedding> fields = fields(FIELD.formatted(""));
        for (Origin other : List.of(
                new Origin("other-1", InputType.TEXT, MADE.text()),
                new Origin("tiny-1", InputType.CODE, MADE.text()))) {
            WriteCheck check = new WriteCheck(INDEX, fields, made(other, "AAAA"), false);
            assertEquals(
                    RestStatus.CONFLICT,
                    ExceptionsHelper.status(refusal(check, whole("t", "ice", "o.v", "AAAA"), null)));
            assertEquals(
                    RestStatus.CONFLICT,
                    ExceptionsHelper.status(refusal(check, whole("t", "ice", "o.v", "AAAA"), "1")));
        }
    }

    public void testMarkWhereTheFieldSaysSo() throws Exception {
        Map<String, MappedEmbedding> fields = fields(FIELD.formatted(",\"on_failure\":\"index_without_vector\""));
        WriteCheck check = new WriteCheck(INDEX, fields, EmbeddedVectors.NONE, true);
        IndexRequest request = whole("t", "ice", "o", Map.of("x", 1));
        check.check(request, null);
        Map<?, ?> object = (Map<?, ?>) request.sourceAsMap().get("o");
        assertTrue(PendingMark.is(object.get("v")));
        assertEquals(1, object.get("x"));
        IndexRequest partial = whole("t", "ice");
        check.check(partial, "1");
        assertTrue(PendingMark.is(((Map<?, ?>) partial.sourceAsMap().get("o")).get("v")));
    }

    public void testPartialDocuments() throws Exception {
        Map<String, MappedEmbedding> fields = fields(FIELD.formatted(""));
        EmbeddedVectors vectors = made(MADE, "AAAA");
        vectors.addUpdate("1", "o.v");
        WriteCheck check = new WriteCheck(INDEX, fields, vectors, false);
        check.check(whole("x", 1), "2");
        check.check(whole("t", "ice"), "1"); // ingest looked: there was nothing to embed or to remove
        Provenance known = check.check(whole("t", "ice", "o.v", "AAAA"), "1");
        assertEquals(
                Map.of(
                        "o.v",
                        Set.of(VectorOrigin.of("tiny-1", InputType.TEXT, MADE.text(), VectorOrigin.ofVector("AAAA")))),
                known.origins());
        Map<String, Object> removed = new HashMap<>();
        removed.put("t", null);
        for (IndexRequest unseen : List.of(
                whole("t", "ice"), new IndexRequest(INDEX).source(removed), whole("o", Map.of("v", List.of())))) {
            assertThat(refusal(check, unseen, "2").getMessage(), containsString("did not pass ingest"));
        }
    }

    public void testOwnVectorsAreTakenButNotThoseOfAnotherModel() throws Exception {
        Map<String, MappedEmbedding> fields = fields("""
                {"properties":{"v":{"type":"embedding","model_id":"tiny-1","dimensions":3}}}""");
        WriteCheck check = new WriteCheck(INDEX, fields, made(new Origin("other-1", InputType.TEXT, 1), "AAAA"), false);
        check.check(whole("t", "ice", "v", List.of(1, 2, 3)), null);
        check.check(whole("t", "ice", "v", "BBBB"), null);
        assertEquals(RestStatus.CONFLICT, ExceptionsHelper.status(refusal(check, whole("v", "AAAA"), null)));
    }

    public void testVectorOfAFieldThatIsGone() throws Exception {
        WriteCheck check = new WriteCheck(INDEX, Map.of(), made(MADE, "AAAA"), false);
        check.check(whole("o.v", "something else"), null);
        assertEquals(RestStatus.CONFLICT, ExceptionsHelper.status(refusal(check, whole("o.v", "AAAA"), null)));
    }

    // From the coordinating node to the primary.

    private BulkShardRequest coordinated(
            EmbeddingMappings mappings, EmbeddedVectors vectors, DocWriteRequest<?>... requests) {
        BulkShardRequest shard = new ShardBulk(INDEX, requests).request();
        UnembeddedWrites filter = new UnembeddedWrites(mappings, updates, () -> true);
        during(updates, new BulkRequest().add(requests), () -> {
            EmbeddedVectors known = updates.current().orElseThrow().vectors();
            known.merge(vectors);
            filter.apply(
                    null,
                    TransportShardBulkAction.ACTION_NAME,
                    shard,
                    null,
                    ActionListener.wrap(() -> {}),
                    (task, action, request, listener) -> sent.add(copy(shard)));
        });
        return sent.getLast();
    }

    private final List<BulkShardRequest> sent = new ArrayList<>();

    private BulkShardRequest copy(BulkShardRequest request) {
        try {
            return copyWriteable(request, writableRegistry(), BulkShardRequest::new);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Of each item of a request that arrives, why the primary's node refuses it; empty if the item is written. */
    private List<String> arrived(EmbeddingMappings mappings, BulkShardRequest request) throws Exception {
        ShardBulk bulk = new ShardBulk(request);
        TransportRequestHandler<ConcreteShardRequest<BulkShardRequest>> handler =
                (one, channel, task) -> channel.sendResponse(bulk.<BulkShardResponse>pass(one.getRequest()));
        new PrimaryWrites(() -> mappings, threadContext)
                .interceptHandler(TransportShardBulkAction.ACTION_NAME + "[p]", "write", false, handler)
                .messageReceived(new ConcreteShardRequest<>(request, "allocation", 1), bulk.channel(), null);
        return bulk.refusals();
    }

    public void testPrimaryTakesWhatWasCheckedForItsMapping() throws Exception {
        try (MappedIndices same = new MappedIndices(threadPool, INDEX, FIELD.formatted(""));
                MappedIndices other =
                        new MappedIndices(threadPool, INDEX, FIELD.formatted("").replace("tiny-1", "other-1"));
                MappedIndices none = new MappedIndices(threadPool, INDEX, "{}")) {
            DocWriteRequest<?>[] requests = {
                whole("t", "ice", "o.v", "AAAA"), new UpdateRequest(INDEX, "2").doc("t", "ice", "o.v", "AAAA")
            };
            BulkShardRequest request = coordinated(same.mappings(), made(MADE, "AAAA"), requests);
            for (String item : arrived(same.mappings(), copy(request))) {
                assertThat(item, not(containsString("changed while the document was on its way")));
            }
            String changed = "changed while the document was on its way";
            List<String> ofOther = arrived(other.mappings(), copy(request));
            assertThat(ofOther.get(0), containsString(changed));
            assertThat("is checked when it is merged", ofOther.get(1), not(containsString(changed)));
            for (String item : arrived(none.mappings(), copy(request))) {
                assertThat(item, containsString(changed));
            }
        }
    }

    /** A node without the plugin, or with 0.1.0, coordinated the write. */
    public void testPrimaryChecksWhatNobodyChecked() throws Exception {
        try (MappedIndices indices = new MappedIndices(threadPool, INDEX, FIELD.formatted(""))) {
            DocWriteRequest<?>[] requests = {
                whole("t", "ice"),
                new UpdateRequest(INDEX, "2").doc("t", "ice"),
                new UpdateRequest(INDEX, "3").script(new Script("ctx._source.t = 'x'")),
                whole("t", "ice", "o.v", "AAAA"),
                new UpdateRequest(INDEX, "2").doc("x", 1)
            };
            List<String> arrived = arrived(indices.mappings(), copy(new ShardBulk(INDEX, requests).request()));
            assertThat(arrived.get(0), containsString("did not pass ingest"));
            assertThat(arrived.get(1), containsString("did not pass ingest"));
            assertThat(arrived.get(2), containsString("a scripted update inside [_bulk]"));
            assertThat(arrived.get(3), not(containsString("did not pass ingest")));
            assertThat(arrived.get(4), not(containsString("did not pass ingest")));
        }
    }

    public void testRequestsStayAsTheyWereSent() throws Exception {
        try (MappedIndices same = new MappedIndices(threadPool, INDEX, FIELD.formatted(""))) {
            IndexRequest request = whole("t", "ice", "o.v", "AAAA");
            UnembeddedWrites filter = new UnembeddedWrites(same.mappings(), updates, () -> true);
            BulkShardRequest shard = new ShardBulk(INDEX, request).request();
            List<String> pipelines = new ArrayList<>();
            for (EmbeddedVectors known : List.of(made(MADE, "AAAA"), new EmbeddedVectors())) {
                during(updates, new BulkRequest().add(request), () -> {
                    updates.current().orElseThrow().vectors().merge(known);
                    filter.apply(
                            null,
                            TransportShardBulkAction.ACTION_NAME,
                            shard,
                            null,
                            ActionListener.wrap(() -> {}),
                            (task, action, one, listener) -> {
                                pipelines.add(request.getSystemIngestPipeline());
                                listener.onResponse(null);
                            });
                });
                assertEquals("_none", request.getSystemIngestPipeline());
            }
            assertEquals("a request that is sent again is known", pipelines.get(0), pipelines.get(1));
        }
    }

    public void testUpdateOriginsAreKeptForTheUpdatedOnly() {
        UpdateOrigins origins = new UpdateOrigins(Map.of());
        origins.add("1", false, Map.of("v", Set.of(1L)));
        assertTrue(origins.isEmpty());
        origins.add("2", true, Map.of());
        assertTrue(origins.isEmpty());
        origins.add("2", true, Map.of("v", Set.of(1L)));
        assertFalse(origins.isEmpty());
    }

    public void testBulkActionIsTheOneThatIsFollowed() {
        assertEquals("indices:data/write/bulk", BulkAction.NAME);
        assertEquals(BulkAction.NAME + "[s]", TransportShardBulkAction.ACTION_NAME);
    }
}
