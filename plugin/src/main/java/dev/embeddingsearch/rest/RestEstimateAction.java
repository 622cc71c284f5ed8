/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import java.io.IOException;
import java.util.List;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.RestRequest.Method;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

/** {@code POST estimate}. */
final class RestEstimateAction extends BaseRestHandler {

    @Override
    public String getName() {
        return "embedding_estimate_action";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(Method.POST, EmbeddingActions.PATH + "estimate"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) throws IOException {
        EstimateRequest estimate;
        try (XContentParser parser = request.contentParser()) {
            estimate = EstimateRequestParser.parse(parser);
        }
        return channel -> client.execute(TransportEstimateAction.TYPE, estimate, new RestToXContentListener<>(channel));
    }
}
