/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.stats.EmbeddingStats;
import java.util.List;
import java.util.function.Consumer;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.transport.client.Client;

/**
 * Embeds a batch of documents by some rules, with one request a rule: asks whether they may be written, fetches what is
 * stored under their ids, leaves unchanged texts alone, and reports per document.
 */
public final class BatchEmbedder {

    private final Steps steps;
    private final PartialUpdates partialUpdates;

    public BatchEmbedder(Embedder embedder, Models models, Node node, PartialUpdates partialUpdates) {
        this.steps = new Steps(
                node.access(),
                new StoredDocuments(node.client(), node.clusterService()),
                new RuleEmbedder(embedder, models, node.client().threadPool().getThreadContext()),
                new BatchAccount(node.stats(), node.clusterService()));
        this.partialUpdates = partialUpdates;
    }

    /** What this node offers, and where it counts. */
    public record Node(Client client, ClusterService clusterService, EmbeddingStats stats, WriteAccess access) {}

    /** What a batch goes through, in this order. */
    record Steps(WriteAccess access, StoredDocuments stored, RuleEmbedder embedder, BatchAccount account) {}

    /**
     * Embeds {@code wrappers}, whose documents are changed in place. Outside a bulk request, in a simulation, nothing that
     * is stored is read.
     *
     * @param handler called once, in the caller's thread context, with all of them in their order; in place of one that
     *     failed comes another that carries the reason
     */
    void embed(
            List<IngestDocumentWrapper> wrappers,
            List<EmbeddingRule> rules,
            Consumer<List<IngestDocumentWrapper>> handler) {
        new IngestBatch(steps, rules, partialUpdates.current(), handler).start(wrappers);
    }
}
