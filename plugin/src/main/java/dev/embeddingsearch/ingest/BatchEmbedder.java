/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.ingest.StoredDocuments.DocumentKey;
import dev.embeddingsearch.ingest.StoredDocuments.Stored;
import dev.embeddingsearch.mapper.VectorValue;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.stats.EmbeddingStats;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.opensearch.action.get.MultiGetRequest;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.action.support.GroupedActionListener;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.transport.client.Client;

/**
 * Embeds a batch of documents by some rules, with one request a rule: fetches what is stored under their ids, leaves
 * unchanged texts alone, and reports per document.
 */
public final class BatchEmbedder {

    private final Embedder embedder;
    private final Models models;
    private final StoredDocuments storedDocuments;
    private final PartialUpdates partialUpdates;
    private final BatchAccount account;
    private final ThreadContext threadContext;

    public BatchEmbedder(Embedder embedder, Models models, Node node, PartialUpdates partialUpdates) {
        this.embedder = embedder;
        this.models = models;
        this.storedDocuments = new StoredDocuments(node.client(), node.clusterService());
        this.partialUpdates = partialUpdates;
        this.account = new BatchAccount(node.stats(), node.clusterService());
        this.threadContext = node.client().threadPool().getThreadContext();
    }

    /** What this node offers, and where it counts. */
    public record Node(Client client, ClusterService clusterService, EmbeddingStats stats) {}

    /** The texts that one rule embeds, each with the document that gets the vector. */
    record Job(EmbeddingRule rule, List<PendingDocument> receivers, List<String> texts) {}

    /** What became of a job: results in the order of its texts, or the failure of the whole request. */
    record Outcome(Job job, List<EmbeddingResult> results, Exception failure) {

        /** Why a text has no vector, or null if it has one. */
        Exception failure(int text) {
            return failure == null ? results.get(text).failure() : failure;
        }
    }

    /**
     * Embeds {@code wrappers}, whose documents are changed in place.
     *
     * @param markFailures whether a document that could not be embedded is let in and marked, rather than failing
     * @param handler called once, in the caller's thread context, with all of them in their order; in place of one that
     *     failed comes another that carries the reason
     */
    void embed(
            List<IngestDocumentWrapper> wrappers,
            List<EmbeddingRule> rules,
            boolean markFailures,
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
            List<Job> jobs = rules.stream()
                    .map(rule -> plan(rule, documents, found))
                    .filter(job -> job.texts().isEmpty() == false)
                    .toList();
            run(jobs, outcomes -> {
                outcomes.forEach(outcome -> apply(outcome, markFailures));
                account.enter(documents.keySet(), outcomes);
                handler.accept(
                        documents.keySet().stream().map(PendingDocument::result).toList());
            });
        });
    }

    private static Job plan(
            EmbeddingRule rule, Map<PendingDocument, MultiGetRequest.Item> documents, Map<DocumentKey, Stored> found) {
        Job job = new Job(rule, new ArrayList<>(), new ArrayList<>());
        Map<DocumentKey, Stored> current = new HashMap<>(found);
        documents.forEach((document, item) -> {
            try {
                Stored stored = item == null ? Stored.NONE : current.get(DocumentKey.of(item));
                String text = document.textToEmbed(rule, stored);
                if (item != null) {
                    current.put(DocumentKey.of(item), document.applied(rule, stored));
                }
                if (text != null) {
                    job.receivers().add(document);
                    job.texts().add(text);
                }
            } catch (RuntimeException e) {
                document.fail(e);
            }
        });
        return job;
    }

    /** Runs all jobs at once and hands over their outcomes together: documents are not made for several threads. */
    private void run(List<Job> jobs, Consumer<Collection<Outcome>> done) {
        if (jobs.isEmpty()) {
            done.accept(List.of());
            return;
        }
        ActionListener<Collection<Outcome>> all = new ActionListener<>() {
            @Override
            public void onResponse(Collection<Outcome> outcomes) {
                done.accept(outcomes);
            }

            @Override
            public void onFailure(Exception e) {
                throw new AssertionError("an outcome carries its failure", e);
            }
        };
        GroupedActionListener<Outcome> group = new GroupedActionListener<>(
                ContextPreservingActionListener.wrapPreservingContext(all, threadContext), jobs.size());
        jobs.forEach(job -> run(job, group));
    }

    private void run(Job job, GroupedActionListener<Outcome> group) {
        EmbeddingRule rule = job.rule();
        try {
            rule.requireModel(models);
        } catch (IllegalArgumentException e) {
            group.onResponse(new Outcome(job, null, e));
            return;
        }
        embedder.embed(
                new EmbeddingRequest(rule.model(), Side.DOCUMENT, rule.inputType(), rule.dimensions(), job.texts()),
                new ActionListener<>() {
                    @Override
                    public void onResponse(List<EmbeddingResult> results) {
                        group.onResponse(new Outcome(job, results, null));
                    }

                    @Override
                    public void onFailure(Exception e) {
                        group.onResponse(new Outcome(job, null, e));
                    }
                });
    }

    private static void apply(Outcome outcome, boolean markFailures) {
        Job job = outcome.job();
        for (int i = 0; i < job.receivers().size(); i++) {
            PendingDocument document = job.receivers().get(i);
            Exception failure = outcome.failure(i);
            if (failure == null) {
                document.setVector(
                        job.rule(), VectorValue.encode(outcome.results().get(i).vector()));
            } else if (markFailures) {
                document.mark(job.rule(), failure);
            } else {
                document.fail(failure);
            }
        }
    }
}
