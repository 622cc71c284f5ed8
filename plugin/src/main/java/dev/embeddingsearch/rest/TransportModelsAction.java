/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.wire.WireParts;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.opensearch.action.ActionType;
import org.opensearch.action.FailedNodeException;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.action.support.nodes.TransportNodesAction;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportRequest;
import org.opensearch.transport.TransportService;

/** Collects the models of all nodes, and verifies them if requested. */
public final class TransportModelsAction
        extends TransportNodesAction<ModelsRequest, ModelsResponse, TransportModelsAction.NodeRequest, NodeModels> {

    static final ActionType<ModelsResponse> TYPE =
            new ActionType<>("cluster:monitor/embedding/models", WireParts.skippingRest(ModelsResponse::new));

    private final NodeServices services;

    @Inject
    public TransportModelsAction(
            ThreadPool threadPool,
            ClusterService clusterService,
            TransportService transportService,
            ActionFilters actionFilters,
            NodeServices services) {
        super(
                TYPE.name(),
                threadPool,
                clusterService,
                transportService,
                actionFilters,
                WireParts.skippingRest(ModelsRequest::new),
                WireParts.skippingRest(NodeRequest::new),
                ThreadPool.Names.GENERIC,
                NodeModels.class);
        this.services = services;
    }

    /** The request to one node. */
    static final class NodeRequest extends TransportRequest {

        private final boolean verify;

        NodeRequest(boolean verify) {
            this.verify = verify;
        }

        NodeRequest(StreamInput in) throws IOException {
            super(in);
            this.verify = in.readBoolean();
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
            out.writeBoolean(verify);
        }
    }

    @Override
    protected ModelsResponse newResponse(
            ModelsRequest request, List<NodeModels> nodes, List<FailedNodeException> failures) {
        return new ModelsResponse(clusterService.getClusterName(), nodes, failures);
    }

    @Override
    protected NodeRequest newNodeRequest(ModelsRequest request) {
        return new NodeRequest(request.verify());
    }

    @Override
    protected NodeModels newNodeResponse(StreamInput in) throws IOException {
        return WireParts.skippingRest(NodeModels::new).read(in);
    }

    @Override
    protected NodeModels nodeOperation(NodeRequest request) {
        return new NodeModels(clusterService.localNode(), describe(services, request.verify));
    }

    /** Waits for the services if requested, for at most {@code search_timeout}, since all models are verified at once. */
    static Map<String, Object> describe(NodeServices services, boolean verify) {
        Models models = services.models();
        ModelVerifier verifier = new ModelVerifier(services.client());
        Map<String, PlainActionFuture<Map<String, Object>>> trials = new LinkedHashMap<>();
        for (String name : verify ? models.names() : Set.<String>of()) {
            trials.put(name, new PlainActionFuture<>());
            verifier.verify(name, trials.get(name));
        }
        Map<String, Object> described = new LinkedHashMap<>();
        for (String name : models.names()) {
            Map<String, Object> words = ModelDescription.of(models, name);
            if (trials.containsKey(name)) {
                words.put("verify", trials.get(name).actionGet());
            }
            described.put(name, words);
        }
        return described;
    }
}
