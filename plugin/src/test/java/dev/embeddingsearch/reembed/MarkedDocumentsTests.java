/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.ingest.StoredDocumentEmbedder;
import dev.embeddingsearch.ingest.StoredDocumentToEmbed;
import dev.embeddingsearch.ingest.WriteAccess;
import dev.embeddingsearch.mapper.EmbeddingMappings;
import dev.embeddingsearch.mapper.PendingMark;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.stats.EmbeddingStats;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.After;
import org.junit.Before;
import org.opensearch.Version;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionType;
import org.opensearch.action.admin.indices.refresh.RefreshAction;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.action.get.MultiGetRequest;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.test.ClusterServiceUtils;
import org.opensearch.test.OpenSearchTestCase;
import org.opensearch.test.client.NoOpClient;
import org.opensearch.threadpool.TestThreadPool;
import org.opensearch.threadpool.ThreadPool;

/** Who finds, reads and writes: a security plugin judges each by the thread's context. */
public class MarkedDocumentsTests extends OpenSearchTestCase {

    private static final String MAPPING = "{\"properties\":{\"v\":{\"type\":\"embedding\",\"dimensions\":3,"
            + "\"model_id\":\"text-embedding-3-small\",\"source_fields\":[\"a\"]}}}";

    private static final MultiGetRequest.Item PLACE = new MultiGetRequest.Item("i", "1");

    private final List<String> seen = new ArrayList<>();
    private ThreadPool threadPool;
    private ClusterService clusterService;
    private MarkedDocuments documents;

    @Before
    public void start() throws IOException {
        threadPool = new TestThreadPool(getTestName());
        clusterService = ClusterServiceUtils.createClusterService(threadPool);
        ClusterServiceUtils.setState(
                clusterService,
                ClusterState.builder(clusterService.state())
                        .metadata(Metadata.builder()
                                .put(
                                        IndexMetadata.builder("i")
                                                .settings(settings(Version.CURRENT))
                                                .putMapping(MAPPING)
                                                .numberOfShards(1)
                                                .numberOfReplicas(0)
                                                .build(),
                                        false))
                        .build());
        BackfillTask task = new BackfillTask(1, "t", BackfillAction.NAME, "", TaskId.EMPTY_TASK_ID, Map.of());
        documents = new MarkedDocuments(
                new Listening(threadPool),
                clusterService,
                task,
                BackfillRequest.of("i").build(),
                new MarkedDocuments.Writing(
                        new WriteAccess(clusterService, threadPool.getThreadContext()), Candidate::write));
    }

    @After
    public void stop() {
        clusterService.close();
        terminate(threadPool);
    }

    /** Notes whose each request is, and goes on only where there is a next one. */
    private final class Listening extends NoOpClient {

        Listening(ThreadPool threadPool) {
            super(threadPool);
        }

        @Override
        protected <Q extends ActionRequest, R extends ActionResponse> void doExecute(
                ActionType<R> action, Q request, ActionListener<R> listener) {
            seen.add(action.name() + " of " + threadPool().getThreadContext().getHeader("user"));
            if (action.equals(RefreshAction.INSTANCE)) {
                ActionListener.completeWith(
                        listener, () -> action.getResponseReader().read(refreshed()));
            } else if (request instanceof BulkRequest bulk
                    && bulk.requests().getFirst().isRequireAlias()) {
                ActionListener.completeWith(
                        listener, () -> action.getResponseReader().read(nothingWritten()));
            } else {
                listener.onFailure(new IllegalStateException("enough"));
            }
        }
    }

    /** Of one shard, without failures. */
    private static StreamInput refreshed() throws IOException {
        BytesStreamOutput out = new BytesStreamOutput();
        for (int number : new int[] {1, 1, 0, 0}) {
            out.writeVInt(number);
        }
        return out.bytes().streamInput();
    }

    private static StreamInput nothingWritten() throws IOException {
        BytesStreamOutput out = new BytesStreamOutput();
        new BulkResponse(new BulkItemResponse[0], 1).writeTo(out);
        return out.bytes().streamInput();
    }

    @SuppressWarnings("try") // the stored context restores the empty one when closed
    private <T> void assertSeen(List<String> expected, Consumer<ActionListener<T>> call) {
        PlainActionFuture<T> future = new PlainActionFuture<>();
        ThreadContext context = threadPool.getThreadContext();
        try (ThreadContext.StoredContext none = context.stashContext()) {
            context.putHeader("user", "me");
            call.accept(ActionListener.runBefore(future, () -> seen.add("answer for " + context.getHeader("user"))));
        }
        assertEquals(
                "enough",
                expectThrows(IllegalStateException.class, future::actionGet).getMessage());
        assertEquals(expected, seen);
    }

    public void testMarksAreSoughtAsTheCaller() {
        this.<MarkedDocuments.Page>assertSeen(
                List.of("indices:admin/refresh of null", "indices:data/read/search of me", "answer for me"),
                listener -> documents.first(10, TimeValue.timeValueMinutes(1), listener));
    }

    public void testTextsAreReadForThePlugin() {
        this.<List<Candidate>>assertSeen(
                List.of("indices:data/write/bulk of me", "indices:data/read/mget of null", "answer for me"),
                listener -> documents.read(List.of(PLACE), listener));
    }

    public void testVectorsAreWrittenAsTheCaller() {
        StoredDocumentToEmbed document = new StoredDocumentToEmbed(
                "i", new HashMap<>(Map.of("v", new HashMap<>(new PendingMark("down", null).value()))), false);
        Embedder nobody = (request, listener) -> {
            throw new AssertionError("there is no text to embed");
        };
        new StoredDocumentEmbedder(
                        nobody,
                        new Models(Settings.EMPTY),
                        new EmbeddingMappings(clusterService),
                        new EmbeddingStats(),
                        threadPool.getThreadContext())
                .embed(List.of(document), () -> {});
        assertTrue("the mark is gone", document.changed());
        Candidate changed = new Candidate(PLACE, new Candidate.Version(1, 1, XContentType.JSON), document, null);
        this.<BatchOutcome>assertSeen(
                List.of("indices:data/write/bulk of me", "answer for me"),
                listener -> documents.write(List.of(changed), listener));
    }
}
