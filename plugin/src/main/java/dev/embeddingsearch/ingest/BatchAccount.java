/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.ingest.RuleEmbedder.Job;
import dev.embeddingsearch.ingest.RuleEmbedder.Outcome;
import dev.embeddingsearch.stats.EmbeddingStats;
import dev.embeddingsearch.stats.IndexStats;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.opensearch.cluster.metadata.IndexAbstraction;
import org.opensearch.cluster.service.ClusterService;

/** Adds the result of a batch to the counters of the index of each document. */
final class BatchAccount {

    private final EmbeddingStats stats;
    private final ClusterService clusterService;

    BatchAccount(EmbeddingStats stats, ClusterService clusterService) {
        this.stats = stats;
        this.clusterService = clusterService;
    }

    void enter(Collection<PendingDocument> documents, Collection<Outcome<PendingDocument>> outcomes) {
        Set<PendingDocument> embedded = new HashSet<>();
        Set<PendingDocument> failed = new HashSet<>();
        for (Outcome<PendingDocument> outcome : outcomes) {
            Job<PendingDocument> job = outcome.job();
            for (int i = 0; i < job.receivers().size(); i++) {
                PendingDocument document = job.receivers().get(i);
                if (outcome.result(i).failure() == null) {
                    embedded.add(document);
                    countText(document, job, job.texts().get(i));
                } else {
                    failed.add(document);
                }
            }
        }
        for (PendingDocument document : documents) {
            count(document, embedded.contains(document), failed.contains(document) || document.refused());
        }
    }

    private void countText(PendingDocument document, Job<PendingDocument> job, String text) {
        long tokens = stats.model(job.rule().model().name()).likelyTokens(text.length());
        index(document).embedded(1, tokens);
    }

    private void count(PendingDocument document, boolean embedded, boolean failed) {
        if (embedded || failed || document.keptVectors() > 0) {
            IndexStats index = index(document);
            index.vectorsKept(document.keptVectors());
            index.documentsFailed(failed ? 1 : 0);
            index.documentsEmbedded(embedded && !failed ? 1 : 0);
        }
    }

    /** The counters of the write index, where the document names an alias or a data stream. */
    private IndexStats index(PendingDocument document) {
        String name = document.index();
        IndexAbstraction named =
                clusterService.state().metadata().getIndicesLookup().get(name);
        boolean known = named != null && named.getWriteIndex() != null;
        return stats.index(known ? named.getWriteIndex().getIndex().getName() : name);
    }
}
