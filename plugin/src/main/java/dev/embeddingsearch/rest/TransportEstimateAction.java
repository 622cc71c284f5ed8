/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.wire.WireParts;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.tasks.Task;
import org.opensearch.transport.TransportService;

/** Computes an estimate on this node, without reading an index. */
public final class TransportEstimateAction extends HandledTransportAction<EstimateRequest, EstimateResponse> {

    static final ActionType<EstimateResponse> TYPE =
            new ActionType<>("cluster:monitor/embedding/estimate", WireParts.skippingRest(EstimateResponse::new));

    @Inject
    public TransportEstimateAction(TransportService transportService, ActionFilters actionFilters) {
        super(TYPE.name(), transportService, actionFilters, WireParts.skippingRest(EstimateRequest::new));
    }

    @Override
    protected void doExecute(Task task, EstimateRequest request, ActionListener<EstimateResponse> listener) {
        ActionListener.completeWith(listener, () -> new EstimateResponse(request));
    }
}
