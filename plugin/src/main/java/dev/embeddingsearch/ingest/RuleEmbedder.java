/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Side;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.action.support.GroupedActionListener;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;

/** Embeds the texts of several rules, with one request a rule. */
final class RuleEmbedder {

    private final Embedder embedder;
    private final Models models;
    private final ThreadContext threadContext;

    RuleEmbedder(Embedder embedder, Models models, ThreadContext threadContext) {
        this.embedder = embedder;
        this.models = models;
        this.threadContext = threadContext;
    }

    /** The texts that one rule embeds, each with the document that gets the vector. */
    record Job<D>(EmbeddingRule rule, List<D> receivers, List<String> texts) {

        static <D> Job<D> of(EmbeddingRule rule) {
            return new Job<>(rule, new ArrayList<>(), new ArrayList<>());
        }

        void add(D receiver, String text) {
            receivers.add(receiver);
            texts.add(text);
        }

        /** Leaves the texts and documents out. */
        @Override
        public String toString() {
            return "Job[rule=" + rule + ", texts=" + texts.size() + "]";
        }
    }

    /** What became of a job: results in the order of its texts, or the failure of the whole request. */
    record Outcome<D>(Job<D> job, List<EmbeddingResult> results, Exception failure) {

        interface Receiver<D> {
            /**
             * Takes a vector or, where it is null, the reason that there is none.
             */
            void take(D document, EmbeddingRule rule, float[] vector, Exception failure);
        }

        EmbeddingResult result(int text) {
            return failure == null ? results.get(text) : EmbeddingResult.failed(failure);
        }

        /** Hands each document its vector, or its failure. */
        void apply(Receiver<D> receiver) {
            for (int i = 0; i < job.receivers().size(); i++) {
                EmbeddingResult result = result(i);
                receiver.take(job.receivers().get(i), job.rule(), result.vector(), result.failure());
            }
        }
    }

    /**
     * Runs all jobs at once and hands over their outcomes together, in the caller's thread context: documents are not made
     * for several threads.
     */
    <D> void run(List<Job<D>> jobs, Consumer<Collection<Outcome<D>>> done) {
        if (jobs.isEmpty()) {
            done.accept(List.of());
            return;
        }
        ActionListener<Collection<Outcome<D>>> all = new ActionListener<>() {
            @Override
            public void onResponse(Collection<Outcome<D>> outcomes) {
                done.accept(outcomes);
            }

            @Override
            public void onFailure(Exception e) {
                throw new AssertionError("an outcome carries its failure", e);
            }
        };
        GroupedActionListener<Outcome<D>> group = new GroupedActionListener<>(
                ContextPreservingActionListener.wrapPreservingContext(all, threadContext), jobs.size());
        jobs.forEach(job -> run(job, group));
    }

    private <D> void run(Job<D> job, GroupedActionListener<Outcome<D>> group) {
        EmbeddingRule rule = job.rule();
        try {
            rule.requireModel(models);
        } catch (IllegalArgumentException e) {
            group.onResponse(new Outcome<>(job, null, e));
            return;
        }
        embedder.embed(
                new EmbeddingRequest(rule.model(), Side.DOCUMENT, rule.inputType(), rule.dimensions(), job.texts()),
                new ActionListener<>() {
                    @Override
                    public void onResponse(List<EmbeddingResult> results) {
                        group.onResponse(new Outcome<>(job, results, null));
                    }

                    @Override
                    public void onFailure(Exception e) {
                        group.onResponse(new Outcome<>(job, null, e));
                    }
                });
    }
}
