/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import dev.embeddingsearch.ingest.StoredDocumentEmbedder;
import dev.embeddingsearch.ingest.UnembeddedWrites;
import dev.embeddingsearch.ingest.WriteAccess;
import dev.embeddingsearch.mapper.EmbeddingMappings;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.indices.IndicesService;
import org.opensearch.tasks.Task;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

/** Runs a backfill on the node that receives the request. */
public final class TransportBackfillAction extends HandledTransportAction<BackfillRequest, BackfillResponse> {

    private final Client client;
    private final ClusterService clusterService;
    private final StoredDocumentEmbedder embedder;
    private final UnembeddedWrites writes;
    private final WriteAccess access;
    private final IndexNameExpressionResolver resolver;
    private final HiddenMarks hiddenMarks;

    @Inject
    public TransportBackfillAction(
            TransportService transportService,
            ActionFilters actionFilters,
            Client client,
            ClusterService clusterService,
            StoredDocumentEmbedder embedder,
            UnembeddedWrites writes,
            WriteAccess access,
            IndexNameExpressionResolver resolver,
            IndicesService indices) {
        super(BackfillAction.NAME, transportService, actionFilters, BackfillRequest::new);
        this.client = client;
        this.clusterService = clusterService;
        this.embedder = embedder;
        this.writes = writes;
        this.access = access;
        this.resolver = resolver;
        this.hiddenMarks = new HiddenMarks(new EmbeddingMappings(clusterService), indices.getFieldFilter());
    }

    @Override
    protected void doExecute(Task task, BackfillRequest request, ActionListener<BackfillResponse> listener) {
        if (request.scope() == BackfillRequest.Scope.MARKED) {
            hiddenMarks.refuse(resolver.concreteIndexNames(clusterService.state(), request));
        }
        BackfillTask backfill = (BackfillTask) task;
        MarkedDocuments documents = new MarkedDocuments(
                client, clusterService, backfill, request, new MarkedDocuments.Writing(access, this::write));
        new BackfillRun(documents, embedder, client.threadPool(), backfill, listener).start();
    }

    private IndexRequest write(Candidate candidate) {
        IndexRequest request = candidate.write();
        writes.embedded(request, candidate.document());
        return request;
    }
}
