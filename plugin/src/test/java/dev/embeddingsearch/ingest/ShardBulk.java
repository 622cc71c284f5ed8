/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.bulk.BulkItemRequest;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkShardRequest;
import org.opensearch.action.bulk.BulkShardResponse;
import org.opensearch.action.delete.DeleteResponse;
import org.opensearch.action.support.WriteRequest.RefreshPolicy;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.core.transport.TransportResponse;
import org.opensearch.transport.TransportChannel;

/** A bulk request to a shard that writes whatever reaches it. */
final class ShardBulk {
    private final BulkShardRequest request;
    private BulkShardResponse response;

    ShardBulk(String index, DocWriteRequest<?>... requests) {
        this(new BulkShardRequest(
                new ShardId(new Index(index, "_na_"), 0),
                RefreshPolicy.NONE,
                IntStream.range(0, requests.length)
                        .mapToObj(i -> new BulkItemRequest(i, requests[i]))
                        .toArray(BulkItemRequest[]::new)));
    }

    ShardBulk(BulkShardRequest request) {
        this.request = request;
    }

    BulkShardRequest request() {
        return request;
    }

    /** The shard's response to what is left of the request. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // of a filter's type parameter
    <T> T pass(ActionRequest left) {
        BulkItemResponse[] written = Arrays.stream(((BulkShardRequest) left).items())
                .map(item -> new BulkItemResponse(
                        item.id(),
                        item.request().opType(),
                        new DeleteResponse(request.shardId(), "written", 1, 1, 1, true)))
                .toArray(BulkItemResponse[]::new);
        return (T) new BulkShardResponse(request.shardId(), written);
    }

    /** Receives the response to the whole request. */
    <T> ActionListener<T> answers() {
        return ActionListener.wrap(answer -> response = (BulkShardResponse) answer, e -> {
            throw new AssertionError(e);
        });
    }

    /** The same for the node of the primary. */
    TransportChannel channel() {
        return new TransportChannel() {
            @Override
            public void sendResponse(TransportResponse answer) {
                response = (BulkShardResponse) answer;
            }

            @Override
            public void sendResponse(Exception e) {
                throw new AssertionError(e);
            }

            @Override
            public String getProfileName() {
                return "default";
            }

            @Override
            public String getChannelType() {
                return "direct";
            }
        };
    }

    /** Of each item the reason why it is refused; empty if it is written. */
    List<String> refusals() {
        return Arrays.stream(response.getResponses())
                .map(item -> item.isFailed() ? item.getFailure().getMessage() : "")
                .toList();
    }
}
