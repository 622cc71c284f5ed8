/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import java.util.List;
import org.opensearch.core.common.Strings;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.RestRequest.Method;
import org.opensearch.rest.action.RestActions.NodesResponseRestListener;
import org.opensearch.transport.client.node.NodeClient;

/** {@code GET stats} and {@code GET stats/{nodeId}}. */
final class RestStatsAction extends BaseRestHandler {

    @Override
    public String getName() {
        return "embedding_stats_action";
    }

    @Override
    public List<Route> routes() {
        return List.of(
                new Route(Method.GET, EmbeddingActions.PATH + "stats"),
                new Route(Method.GET, EmbeddingActions.PATH + "stats/{nodeId}"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        StatsRequest stats = new StatsRequest(
                        request.paramAsBoolean("off_heap", false),
                        Strings.splitStringByCommaToArray(request.param("nodeId")))
                .timeout(request.paramAsTime("timeout", null));
        return channel -> client.execute(TransportStatsAction.TYPE, stats, new NodesResponseRestListener<>(channel));
    }

    @Override
    public boolean canTripCircuitBreaker() {
        return false;
    }
}
