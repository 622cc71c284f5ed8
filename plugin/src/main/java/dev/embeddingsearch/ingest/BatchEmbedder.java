/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.ingest.RuleEmbedder.Job;
import dev.embeddingsearch.ingest.StoredDocuments.DocumentKey;
import dev.embeddingsearch.ingest.StoredDocuments.Stored;
import dev.embeddingsearch.mapper.VectorValue;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.stats.EmbeddingStats;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.opensearch.action.get.MultiGetRequest;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.transport.client.Client;

/**
 * Embeds a batch of documents by some rules, with one request a rule: fetches what is stored under their ids, leaves
 * unchanged texts alone, and reports per document.
 */
public final class BatchEmbedder {

    private final RuleEmbedder ruleEmbedder;
    private final StoredDocuments storedDocuments;
    private final PartialUpdates partialUpdates;
    private final BatchAccount account;

    public BatchEmbedder(Embedder embedder, Models models, Node node, PartialUpdates partialUpdates) {
        this.ruleEmbedder =
                new RuleEmbedder(embedder, models, node.client().threadPool().getThreadContext());
        this.storedDocuments = new StoredDocuments(node.client(), node.clusterService());
        this.partialUpdates = partialUpdates;
        this.account = new BatchAccount(node.stats(), node.clusterService());
    }

    /** What this node offers, and where it counts. */
    public record Node(Client client, ClusterService clusterService, EmbeddingStats stats) {}

    /**
     * Embeds {@code wrappers}, whose documents are changed in place.
     *
     * @param handler called once, in the caller's thread context, with all of them in their order; in place of one that
     *     failed comes another that carries the reason
     */
    void embed(
            List<IngestDocumentWrapper> wrappers,
            List<EmbeddingRule> rules,
            Consumer<List<IngestDocumentWrapper>> handler) {
        Map<PendingDocument, MultiGetRequest.Item> documents = new LinkedHashMap<>();
        Set<UpdateRequest> blind = partialUpdates.followers(wrappers);
        for (IngestDocumentWrapper wrapper : wrappers) {
            UpdateRequest update = partialUpdates.of(wrapper);
            PendingDocument document = new PendingDocument(wrapper, update, blind.contains(update));
            documents.put(document, document.stored(rules));
        }
        List<MultiGetRequest.Item> items =
                documents.values().stream().filter(item -> item != null).toList();
        storedDocuments.fetch(items, found -> {
            List<Job<PendingDocument>> jobs = rules.stream()
                    .map(rule -> plan(rule, documents, found))
                    .filter(job -> job.texts().isEmpty() == false)
                    .toList();
            ruleEmbedder.run(jobs, outcomes -> {
                outcomes.forEach(outcome -> outcome.apply(BatchEmbedder::take));
                account.enter(documents.keySet(), outcomes);
                handler.accept(
                        documents.keySet().stream().map(PendingDocument::result).toList());
            });
        });
    }

    private static Job<PendingDocument> plan(
            EmbeddingRule rule, Map<PendingDocument, MultiGetRequest.Item> documents, Map<DocumentKey, Stored> found) {
        Job<PendingDocument> job = Job.of(rule);
        Map<DocumentKey, Stored> current = new HashMap<>(found);
        documents.forEach((document, item) -> {
            try {
                Stored stored = item == null ? Stored.NONE : current.get(DocumentKey.of(item));
                String text = document.textToEmbed(rule, stored);
                if (item != null) {
                    current.put(DocumentKey.of(item), document.applied(rule, stored));
                }
                if (text != null) {
                    job.add(document, text);
                }
            } catch (RuntimeException e) {
                document.setFailure(rule, e);
            }
        });
        return job;
    }

    private static void take(PendingDocument document, EmbeddingRule rule, float[] vector, Exception failure) {
        if (failure == null) {
            document.setVector(rule, VectorValue.encode(vector));
        } else {
            document.setFailure(rule, failure);
        }
    }
}
