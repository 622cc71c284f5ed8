/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import java.io.IOException;
import java.util.List;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.RestRequest.Method;
import org.opensearch.rest.action.RestStatusToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

/** {@code POST embed}. */
final class RestEmbedAction extends BaseRestHandler {

    @Override
    public String getName() {
        return "embedding_embed_action";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(Method.POST, EmbeddingActions.PATH + "embed"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) throws IOException {
        EmbedRequest embed;
        try (XContentParser parser = request.contentParser()) {
            embed = EmbedRequestParser.parse(parser);
        }
        return channel -> client.execute(TransportEmbedAction.TYPE, embed, new RestStatusToXContentListener<>(channel));
    }
}
