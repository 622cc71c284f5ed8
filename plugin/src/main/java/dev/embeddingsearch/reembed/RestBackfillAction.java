/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import java.io.IOException;
import java.util.List;
import org.opensearch.core.common.Strings;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.BytesRestResponse;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestStatusToXContentListener;
import org.opensearch.tasks.LoggingTaskListener;
import org.opensearch.tasks.Task;
import org.opensearch.transport.client.node.NodeClient;

/** {@code POST /_plugins/_embedding/backfill/<index>}. */
public final class RestBackfillAction extends BaseRestHandler {

    @Override
    public String getName() {
        return "embedding_backfill_action";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.POST, "/_plugins/_embedding/backfill/{index}"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) throws IOException {
        boolean wait = request.paramAsBoolean("wait_for_completion", true);
        BackfillRequest backfill = BackfillRequest.of(Strings.splitStringByCommaToArray(request.param("index")))
                .batchSize(request.paramAsInt("batch_size", BackfillRequest.DEFAULT_BATCH))
                .size(request.paramAsInt("size", BackfillRequest.ALL))
                .documentsPerSecond(request.paramAsFloat("documents_per_second", BackfillRequest.UNLIMITED))
                .scope(
                        request.paramAsBoolean("verify", false)
                                ? BackfillRequest.Scope.ALL
                                : BackfillRequest.Scope.MARKED)
                .storeResult(!wait)
                .build();
        if (wait) {
            return channel ->
                    client.execute(BackfillAction.INSTANCE, backfill, new RestStatusToXContentListener<>(channel));
        }
        IllegalArgumentException invalid = backfill.validate();
        if (invalid != null) {
            throw invalid; // the answer is sent before the action looks at the request
        }
        return channel -> {
            Task task = client.executeLocally(BackfillAction.INSTANCE, backfill, LoggingTaskListener.instance());
            try (XContentBuilder builder = channel.newBuilder()) {
                builder.startObject()
                        .field("task", new TaskId(client.getLocalNodeId(), task.getId()).toString())
                        .endObject();
                channel.sendResponse(new BytesRestResponse(RestStatus.OK, builder));
            }
        };
    }
}
