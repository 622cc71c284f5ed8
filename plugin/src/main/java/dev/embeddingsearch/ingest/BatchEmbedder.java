/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.stats.EmbeddingStats;
import java.util.List;
import java.util.function.Consumer;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.transport.client.Client;

/**
 * Embeds a batch of documents by rules, with one embedding request for each rule. First it checks whether the documents may be
 * written, and fetches the documents that are stored under their ids. Texts that are unchanged are not embedded again.
 * Failures are reported per document.
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

    /** The services of this node, and its counters. */
    public record Node(Client client, ClusterService clusterService, EmbeddingStats stats, WriteAccess access) {}

    /** The steps of a batch, in this order. */
    record Steps(WriteAccess access, StoredDocuments stored, RuleEmbedder embedder, BatchAccount account) {}

    /**
     * Embeds the documents of {@code wrappers}, which it changes in place. Outside of a bulk request, that is in a simulation,
     * no stored document is read.
     *
     * @param handler called once, in the caller's thread context, with all wrappers in their order; a failed document has a new
     *     wrapper with the reason
     */
    void embed(
            List<IngestDocumentWrapper> wrappers,
            List<EmbeddingRule> rules,
            Consumer<List<IngestDocumentWrapper>> handler) {
        new IngestBatch(steps, rules, partialUpdates.current(), wrappers, handler).start();
    }

    /** Whether {@code document} is in no batch of the current request, whose pipeline may therefore be continued twice. */
    boolean isAlone(IngestDocument document) {
        return partialUpdates.current().map(bulk -> bulk.isAlone(document)).orElse(true);
    }
}
