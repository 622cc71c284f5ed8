/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.ingest.RuleEmbedder.Job;
import dev.embeddingsearch.ingest.RuleEmbedder.Outcome;
import dev.embeddingsearch.mapper.EmbeddingMappings;
import dev.embeddingsearch.mapper.VectorValue;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.stats.EmbeddingStats;
import dev.embeddingsearch.stats.IndexStats;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.common.util.concurrent.ThreadContext;

/** Embeds the texts of stored documents whose vectors are missing. */
public final class StoredDocumentEmbedder {

    private static final Logger logger = LogManager.getLogger(StoredDocumentEmbedder.class);

    private final RuleEmbedder ruleEmbedder;
    private final EmbeddingMappings mappings;
    private final EmbeddingStats stats;

    public StoredDocumentEmbedder(
            Embedder embedder,
            Models models,
            EmbeddingMappings mappings,
            EmbeddingStats stats,
            ThreadContext threadContext) {
        this.ruleEmbedder = new RuleEmbedder(embedder, models, threadContext);
        this.mappings = mappings;
        this.stats = stats;
    }

    /**
     * Adds the missing vectors to the documents, which are changed in place, or the reason why a vector is still missing.
     *
     * @param done called once, in the caller's thread context, on an unspecified thread
     */
    public void embed(List<StoredDocumentToEmbed> documents, Runnable done) {
        Map<EmbeddingRule, Job<StoredDocumentToEmbed>> jobs = new LinkedHashMap<>();
        for (StoredDocumentToEmbed document : documents) {
            try {
                for (EmbeddingRule rule :
                        document.missing(mappings.of(document.index()).values())) {
                    String text = document.textToEmbed(rule);
                    if (text != null) {
                        jobs.computeIfAbsent(rule, Job::of).add(document, text);
                    }
                }
            } catch (RuntimeException e) {
                document.fail("", e);
            }
        }
        ruleEmbedder.run(List.copyOf(jobs.values()), outcomes -> {
            try {
                outcomes.forEach(outcome -> outcome.apply(RECEIVER));
                count(outcomes);
            } catch (RuntimeException e) {
                logger.warn(
                        "a batch of [{}] stored documents could not be counted: {}",
                        documents.size(),
                        IngestBatch.withoutWords(e));
            } finally {
                done.run();
            }
        });
    }

    /** Counts embedded documents. Failures were counted when the documents were indexed. */
    private void count(Collection<Outcome<StoredDocumentToEmbed>> outcomes) {
        Set<StoredDocumentToEmbed> embedded = new HashSet<>();
        for (Outcome<StoredDocumentToEmbed> outcome : outcomes) {
            Job<StoredDocumentToEmbed> job = outcome.job();
            for (int i = 0; i < job.receivers().size(); i++) {
                StoredDocumentToEmbed document = job.receivers().get(i);
                if (outcome.result(i).failure() == null) {
                    int length = job.texts().get(i).length();
                    IndexStats index = stats.index(document.index());
                    index.embedded(1, stats.model(job.rule().model().name()).likelyTokens(length));
                    boolean whole = document.failure().isEmpty() && embedded.add(document);
                    index.documentsEmbedded(whole ? 1 : 0);
                }
            }
        }
    }

    private static final Outcome.Receiver<StoredDocumentToEmbed> RECEIVER = new Outcome.Receiver<>() {
        @Override
        public void take(StoredDocumentToEmbed document, Outcome<StoredDocumentToEmbed> outcome, int text) {
            Job<StoredDocumentToEmbed> job = outcome.job();
            String vector = VectorValue.encode(outcome.result(text).vector());
            document.setVector(job.rule(), job.texts().get(text), outcome.modelId(), vector);
        }

        @Override
        public void fail(StoredDocumentToEmbed document, EmbeddingRule rule, Exception failure) {
            document.fail(rule.model().name(), failure);
        }
    };
}
