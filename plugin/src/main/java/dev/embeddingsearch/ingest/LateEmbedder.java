/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.ingest.RuleEmbedder.Job;
import dev.embeddingsearch.mapper.EmbeddingMappings;
import dev.embeddingsearch.mapper.VectorValue;
import dev.embeddingsearch.model.Models;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.opensearch.common.util.concurrent.ThreadContext;

/** Embeds what stored documents are marked to lack. */
public final class LateEmbedder {

    private final RuleEmbedder ruleEmbedder;
    private final EmbeddingMappings mappings;

    public LateEmbedder(Embedder embedder, Models models, EmbeddingMappings mappings, ThreadContext threadContext) {
        this.ruleEmbedder = new RuleEmbedder(embedder, models, threadContext);
        this.mappings = mappings;
    }

    /**
     * Gives each of {@code documents}, changed in place, the vectors it lacks, or the reason why not.
     *
     * @param done called once, in the caller's thread context, on an unspecified thread
     */
    public void embed(List<LateDocument> documents, Runnable done) {
        Map<EmbeddingRule, Job<LateDocument>> jobs = new LinkedHashMap<>();
        for (LateDocument document : documents) {
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
            outcomes.forEach(outcome -> outcome.apply(LateEmbedder::take));
            done.run();
        });
    }

    private static void take(LateDocument document, EmbeddingRule rule, float[] vector, Exception failure) {
        if (failure == null) {
            document.setVector(rule, VectorValue.encode(vector));
        } else {
            document.fail(rule.model(), failure);
        }
    }
}
