/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.bulk;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.opensearch.action.bulk.BulkItemRequest;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkShardRequest;
import org.opensearch.action.bulk.BulkShardResponse;
import org.opensearch.action.support.replication.ReplicationResponse.ShardInfo;

/**
 * The items of a bulk request to a shard that are refused. The request goes on without them, and their failures join its
 * response. (OpenSearch 3.8 has no way to abort an item that stays in the request.)
 */
public final class RefusedItems {

    private final BulkShardRequest bulk;
    private final Map<Integer, BulkItemResponse> failures = new TreeMap<>();

    public RefusedItems(BulkShardRequest bulk) {
        this.bulk = bulk;
    }

    /** Refuses an item of the request. */
    public void refuse(BulkItemRequest item, Exception reason) {
        BulkItemResponse.Failure failure = new BulkItemResponse.Failure(
                bulk.shardId().getIndexName(), item.request().id(), reason, true);
        failures.put(item.id(), new BulkItemResponse(item.id(), item.request().opType(), failure));
    }

    /** Whether the request goes on as it is. */
    public boolean none() {
        return failures.isEmpty();
    }

    /** Whether nothing is left of the request: {@link #response} answers it. */
    public boolean all() {
        return !none() && failures.size() == bulk.items().length;
    }

    /** The failures alone. */
    public BulkShardResponse response() {
        BulkShardResponse response =
                new BulkShardResponse(bulk.shardId(), failures.values().toArray(BulkItemResponse[]::new));
        response.setShardInfo(new ShardInfo()); // without one, it cannot be sent to another node
        return response;
    }

    /** The request without the refused items, at least one of which must be left: OpenSearch cannot print an empty one. */
    public BulkShardRequest accepted() {
        BulkItemRequest[] items = Arrays.stream(bulk.items())
                .filter(item -> !failures.containsKey(item.id()))
                .toArray(BulkItemRequest[]::new);
        BulkShardRequest accepted = new BulkShardRequest(bulk.shardId(), bulk.getRefreshPolicy(), items);
        accepted.timeout(bulk.timeout());
        accepted.waitForActiveShards(bulk.waitForActiveShards());
        accepted.setParentTask(bulk.getParentTask());
        return accepted;
    }

    /** The response to the whole request, given that to {@link #accepted}. */
    public BulkShardResponse join(BulkShardResponse response) {
        BulkItemResponse[] items = Stream.concat(Arrays.stream(response.getResponses()), failures.values().stream())
                .sorted(Comparator.comparingInt(BulkItemResponse::getItemId))
                .toArray(BulkItemResponse[]::new);
        BulkShardResponse joined = new BulkShardResponse(
                bulk.shardId(), items, response.getServiceTimeEWMAInNanos(), response.getNodeQueueSize());
        joined.setShardInfo(response.getShardInfo());
        return joined;
    }
}
