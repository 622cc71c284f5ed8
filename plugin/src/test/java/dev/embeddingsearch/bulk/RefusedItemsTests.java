/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.bulk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.opensearch.action.bulk.BulkItemRequest;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkShardRequest;
import org.opensearch.action.bulk.BulkShardResponse;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.index.IndexResponse;
import org.opensearch.action.support.ActiveShardCount;
import org.opensearch.action.support.WriteRequest.RefreshPolicy;
import org.opensearch.action.support.replication.ReplicationResponse.ShardInfo;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.transport.TransportResponse;
import org.opensearch.test.OpenSearchTestCase;
import org.opensearch.transport.TestTransportChannel;

public class RefusedItemsTests extends OpenSearchTestCase {

    private static final ShardId SHARD = new ShardId(new Index("articles", "uuid"), 3);

    private final BulkShardRequest bulk = new BulkShardRequest(
            SHARD,
            RefreshPolicy.WAIT_UNTIL,
            IntStream.of(4, 7, 9)
                    .mapToObj(id -> new BulkItemRequest(
                            id, new IndexRequest("articles").id("d" + id).source("t", "a")))
                    .toArray(BulkItemRequest[]::new));
    private final RefusedItems refused = new RefusedItems(bulk);

    private void refuse(int item) {
        refused.refuse(bulk.items()[item], new IllegalArgumentException("no vector"));
    }

    /** The items of a response that can be sent to another node. */
    private static List<String> items(BulkShardResponse response) throws IOException {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            response.writeTo(out);
        }
        return Arrays.stream(response.getResponses())
                .map(item -> item.getItemId() + " " + item.getId() + " " + item.status() + " "
                        + (item.isFailed() ? item.getFailure().getMessage() : ""))
                .toList();
    }

    private static BulkShardResponse written(BulkShardRequest request) {
        BulkShardResponse response = new BulkShardResponse(
                SHARD,
                Arrays.stream(request.items()).map(RefusedItemsTests::written).toArray(BulkItemResponse[]::new));
        response.setShardInfo(new ShardInfo(2, 2));
        return response;
    }

    private static BulkItemResponse written(BulkItemRequest item) {
        IndexResponse written = new IndexResponse(SHARD, item.request().id(), 1, 1, 1, true);
        written.setShardInfo(new ShardInfo());
        return new BulkItemResponse(item.id(), item.request().opType(), written);
    }

    public void testNothingRefused() {
        assertTrue(refused.none());
        assertFalse(refused.all());
    }

    public void testAllRefused() throws IOException {
        for (int item = 0; item < 3; item++) {
            refuse(item);
        }
        assertTrue(refused.all());
        String reason = "java.lang.IllegalArgumentException: no vector";
        assertEquals(
                List.of("4 d4 BAD_REQUEST " + reason, "7 d7 BAD_REQUEST " + reason, "9 d9 BAD_REQUEST " + reason),
                items(refused.response()));
    }

    public void testOthersGoOnAsTheyCame() {
        bulk.timeout(TimeValue.timeValueSeconds(7));
        bulk.waitForActiveShards(ActiveShardCount.from(2));
        bulk.setParentTask(new TaskId("node", 5));
        refuse(1);
        BulkShardRequest accepted = refused.accepted();
        assertEquals(
                List.of(4, 9),
                Arrays.stream(accepted.items()).map(BulkItemRequest::id).toList());
        assertEquals(SHARD, accepted.shardId());
        assertEquals(RefreshPolicy.WAIT_UNTIL, accepted.getRefreshPolicy());
        assertEquals(TimeValue.timeValueSeconds(7), accepted.timeout());
        assertEquals(ActiveShardCount.from(2), accepted.waitForActiveShards());
        assertEquals(new TaskId("node", 5), accepted.getParentTask());
    }

    public void testFailuresJoinTheResponse() throws IOException {
        refuse(1);
        BulkShardResponse joined = refused.join(written(refused.accepted()));
        assertEquals(2, joined.getShardInfo().getTotal());
        assertEquals(
                List.of(
                        "4 d4 CREATED ",
                        "7 d7 BAD_REQUEST java.lang.IllegalArgumentException: no vector",
                        "9 d9 CREATED "),
                items(joined));
    }

    public void testChannelSendsBothOrTheFailureOfAll() throws IOException {
        refuse(1);
        List<Object> sent = new ArrayList<>();
        RefusedItemsChannel channel =
                new RefusedItemsChannel(new TestTransportChannel(ActionListener.wrap(sent::add, sent::add)), refused);
        channel.sendResponse((TransportResponse) written(refused.accepted()));
        IllegalStateException down = new IllegalStateException("shard is closed");
        channel.sendResponse(down);
        assertEquals(3, ((BulkShardResponse) sent.get(0)).getResponses().length);
        assertSame(down, sent.get(1));
    }
}
