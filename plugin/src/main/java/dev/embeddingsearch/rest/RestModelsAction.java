/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import java.util.List;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.RestRequest.Method;
import org.opensearch.rest.action.RestActions.NodesResponseRestListener;
import org.opensearch.transport.client.node.NodeClient;

/** {@code GET models} and {@code GET models?verify=true}. */
final class RestModelsAction extends BaseRestHandler {

    @Override
    public String getName() {
        return "embedding_models_action";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(Method.GET, EmbeddingActions.PATH + "models"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        ModelsRequest models = new ModelsRequest(request.paramAsBoolean("verify", false))
                .timeout(request.paramAsTime("timeout", null));
        return channel -> client.execute(TransportModelsAction.TYPE, models, new NodesResponseRestListener<>(channel));
    }

    @Override
    public boolean canTripCircuitBreaker() {
        return false;
    }
}
