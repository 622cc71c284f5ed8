/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.lucene.util.SetOnce;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.bulk.BulkItemRequest;
import org.opensearch.action.bulk.BulkShardRequest;
import org.opensearch.action.bulk.BulkShardResponse;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.support.ActiveShardCount;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.action.support.WriteRequest.RefreshPolicy;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexAbstraction;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.routing.OperationRouting;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.CountDown;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.index.IndexNotFoundException;
import org.opensearch.indices.IndexClosedException;

/**
 * Checks as the caller whether shards accept writes, before any stored document is read and any text is embedded. It sends a
 * bulk request to the shard whose item conflicts with any document and with none, so that nothing is written. Whatever would
 * refuse or delay the real request does so with this one: missing permissions, blocks, closed indices, shards that are
 * starting.
 */
public final class WriteAccess {

    private final ClusterService clusterService;
    private final ThreadContext threadContext;
    private final SetOnce<BiConsumer<BulkShardRequest, ActionListener<BulkShardResponse>>> shardBulk = new SetOnce<>();

    public WriteAccess(ClusterService clusterService, ThreadContext threadContext) {
        this.clusterService = clusterService;
        this.threadContext = threadContext;
    }

    /** Sets the action that writes to a shard, which exists once the node's actions are made. */
    public void use(BiConsumer<BulkShardRequest, ActionListener<BulkShardResponse>> write) {
        shardBulk.set(write);
    }

    /** The destination of a document: an index, alias or data stream, and what determines the shard. */
    public record Place(String index, String id, String routing, DocWriteRequest.OpType opType) {}

    /** One check: a shard, the name of its index in the requests, and the kind of operation. */
    private record Question(ShardId shard, String name, DocWriteRequest.OpType opType) {}

    /**
     * Checks {@code places}: one shard of each index, and every shard of which an update reads a document.
     *
     * @param answer called once, in the caller's thread context, with the reason for each name that does not accept writes
     */
    public void ask(Collection<Place> places, TimeValue timeout, Consumer<Map<String, Exception>> answer) {
        Map<String, Exception> refused = new ConcurrentHashMap<>();
        Set<Question> questions = new LinkedHashSet<>();
        Map<String, Question> any = new HashMap<>();
        for (Place place : places) {
            try {
                Question question = question(place);
                boolean reads = place.opType() == DocWriteRequest.OpType.UPDATE;
                if (reads || any.putIfAbsent(place.index() + "/" + place.opType(), question) == null) {
                    questions.add(question);
                }
            } catch (RuntimeException e) {
                refused.putIfAbsent(place.index(), e);
            }
        }
        List<Question> asked = shardBulk.get() == null ? List.of() : new ArrayList<>(questions);
        if (asked.isEmpty()) {
            answer.accept(refused);
            return;
        }
        CountDown open = new CountDown(asked.size());
        asked.forEach(question -> ask(question, timeout, reason -> {
            if (reason != null) {
                refused.putIfAbsent(question.name(), reason);
            }
            if (open.countDown()) {
                answer.accept(refused);
            }
        }));
    }

    private Question question(Place place) {
        ClusterState state = clusterService.state();
        IndexAbstraction named = state.metadata().getIndicesLookup().get(place.index());
        if (named == null) {
            // A caller without permission gets an error; otherwise the bulk request creates the index, or is refused.
            ShardId none = new ShardId(new Index(place.index(), IndexMetadata.INDEX_UUID_NA_VALUE), 0);
            return new Question(none, place.index(), place.opType());
        }
        IndexMetadata index = named.getWriteIndex();
        if (index == null) {
            throw new IllegalArgumentException("no write index is defined for alias [" + place.index()
                    + "], which stands for several: name an index, or set [is_write_index] for one");
        }
        if (index.getState() == IndexMetadata.State.CLOSE) {
            throw new IndexClosedException(index.getIndex());
        }
        int shard = place.id() == null ? 0 : OperationRouting.generateShardId(index, place.id(), place.routing());
        return new Question(new ShardId(index.getIndex(), shard), place.index(), place.opType());
    }

    @SuppressWarnings("try") // the stored context restores the caller's when closed
    private void ask(Question question, TimeValue timeout, Consumer<Exception> answer) {
        BulkItemRequest item = new BulkItemRequest(0, document(question));
        BulkShardRequest request =
                new BulkShardRequest(question.shard(), RefreshPolicy.NONE, new BulkItemRequest[] {item});
        request.timeout(timeout);
        request.waitForActiveShards(ActiveShardCount.NONE);
        ActionListener<BulkShardResponse> listener = ActionListener.notifyOnce(ActionListener.wrap(
                written -> answer.accept(null), e -> answer.accept(e instanceof IndexNotFoundException ? null : e)));
        ActionListener<BulkShardResponse> inContext =
                ContextPreservingActionListener.wrapPreservingContext(listener, threadContext);
        try {
            shardBulk.get().accept(request, inContext);
        } catch (RuntimeException e) {
            inContext.onFailure(e);
        }
    }

    /** A write of a version of a document that no document ever has. */
    private static DocWriteRequest<?> document(Question question) {
        String id = "withdrawn";
        DocWriteRequest<?> write = question.opType() == DocWriteRequest.OpType.UPDATE
                ? new UpdateRequest(question.name(), id).doc(Map.of())
                : new IndexRequest(question.name())
                        .id(id)
                        .source(Map.of())
                        .create(question.opType() == DocWriteRequest.OpType.CREATE);
        write.setIfSeqNo(Long.MAX_VALUE);
        write.setIfPrimaryTerm(1);
        return write;
    }
}
