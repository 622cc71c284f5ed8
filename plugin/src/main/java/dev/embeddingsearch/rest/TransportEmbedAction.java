/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.wire.WireParts;
import org.opensearch.action.ActionRunnable;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.tasks.Task;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;

/** Embeds texts on this node, with the cache, as ingest and searches do. */
public final class TransportEmbedAction extends HandledTransportAction<EmbedRequest, EmbedResponse> {

    static final ActionType<EmbedResponse> TYPE =
            new ActionType<>("cluster:admin/embedding/embed", WireParts.skippingRest(EmbedResponse::new));

    private final Embedder embedder;
    private final ThreadPool threadPool;

    @Inject
    public TransportEmbedAction(
            TransportService transportService,
            ActionFilters actionFilters,
            ThreadPool threadPool,
            NodeServices services) {
        super(TYPE.name(), transportService, actionFilters, WireParts.skippingRest(EmbedRequest::new));
        this.embedder = services.embedder();
        this.threadPool = threadPool;
    }

    /** Not on a network thread, since counting the tokens of long texts takes time. */
    @Override
    protected void doExecute(Task task, EmbedRequest request, ActionListener<EmbedResponse> listener) {
        threadPool
                .generic()
                .execute(ActionRunnable.wrap(
                        listener,
                        told -> embedder.embed(
                                request.texts(),
                                ActionListener.map(
                                        told,
                                        results -> new EmbedResponse(
                                                request.texts().model(),
                                                request.base64(),
                                                results.stream()
                                                        .map(TransportEmbedAction::entry)
                                                        .toList())))));
    }

    private static EmbedResponse.Entry entry(EmbeddingResult result) {
        return result.failure() == null
                ? new EmbedResponse.Entry(result.vector(), null)
                : new EmbedResponse.Entry(null, Reason.of(result.failure()));
    }
}
