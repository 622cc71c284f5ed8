/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.mapper.FieldModel;
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

/** Embeds the texts of several rules, with one embedding request for each rule. */
final class RuleEmbedder {

    private final Embedder embedder;
    private final Models models;
    private final ThreadContext threadContext;

    RuleEmbedder(Embedder embedder, Models models, ThreadContext threadContext) {
        this.embedder = embedder;
        this.models = models;
        this.threadContext = threadContext;
    }

    /** The texts of one rule, each with the document that gets the vector. */
    record Job<D>(EmbeddingRule rule, List<D> receivers, List<String> texts) {

        static <D> Job<D> of(EmbeddingRule rule) {
            return new Job<>(rule, new ArrayList<>(), new ArrayList<>());
        }

        void add(D receiver, String text) {
            receivers.add(receiver);
            texts.add(text);
        }

        /** Without the texts and documents. */
        @Override
        public String toString() {
            return "Job[rule=" + rule + ", texts=" + texts.size() + "]";
        }
    }

    /**
     * The result of a job.
     *
     * @param modelId the id of the model that has made the vectors; null if it was not called
     * @param results in the order of the job's texts; null if the request has failed
     * @param failure the failure of the whole request, or null
     */
    record Outcome<D>(Job<D> job, String modelId, List<EmbeddingResult> results, Exception failure) {

        interface Receiver<D> {
            /** Receives the result of one text; an exception is passed to {@link #fail}. */
            void take(D document, Outcome<D> outcome, int text);

            void fail(D document, EmbeddingRule rule, Exception failure);
        }

        EmbeddingResult result(int text) {
            if (failure != null) {
                return EmbeddingResult.failed(failure);
            }
            return text < results.size() && results.get(text) != null
                    ? results.get(text)
                    : EmbeddingResult.failed(new IllegalStateException(
                            "expected " + job.texts().size() + " vectors, got " + results.size()));
        }

        /** Passes each document its vector or its failure; an exception for one document does not affect the others. */
        void apply(Receiver<D> receiver) {
            for (int i = 0; i < job.receivers().size(); i++) {
                D document = job.receivers().get(i);
                try {
                    EmbeddingResult result = result(i);
                    if (result.failure() == null) {
                        receiver.take(document, this, i);
                    } else {
                        receiver.fail(document, job.rule(), result.failure());
                    }
                } catch (RuntimeException e) {
                    receiver.fail(document, job.rule(), e);
                }
            }
        }
    }

    /**
     * Runs all jobs at once, and passes on their results together in the caller's thread context, since documents are not
     * thread-safe.
     *
     * @param done called once; it must not throw
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
        FieldModel model = job.rule().model();
        ActionListener<List<EmbeddingResult>> listener;
        try {
            String modelId = job.rule().requireModel(models);
            listener = ActionListener.notifyOnce(ActionListener.wrap(
                    results ->
                            group.onResponse(new Outcome<>(job, modelId, results == null ? List.of() : results, null)),
                    e -> group.onResponse(new Outcome<>(job, null, null, e))));
        } catch (RuntimeException e) {
            group.onResponse(new Outcome<>(job, null, null, e));
            return;
        }
        try {
            embedder.embed(
                    new EmbeddingRequest(
                            model.name(), Side.DOCUMENT, model.inputType(), model.dimensions(), job.texts()),
                    listener);
        } catch (RuntimeException e) {
            listener.onFailure(e);
        }
    }
}
