/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.ingest.BatchEmbedder.Steps;
import dev.embeddingsearch.ingest.BulkInProgress.Before;
import dev.embeddingsearch.ingest.RuleEmbedder.Job;
import dev.embeddingsearch.ingest.RuleEmbedder.Outcome;
import dev.embeddingsearch.ingest.StoredDocuments.DocumentKey;
import dev.embeddingsearch.ingest.StoredDocuments.Stored;
import dev.embeddingsearch.mapper.VectorValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.get.MultiGetRequest;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.ingest.IngestDocumentWrapper;

/**
 * One batch of documents in ingest: checked, completed by stored documents, embedded, and passed on. Whatever this or the rest
 * of the pipeline throws, the request is answered. OpenSearch catches exceptions of a pipeline only until its first processor
 * becomes asynchronous.
 */
final class IngestBatch {

    private static final Logger logger = LogManager.getLogger(IngestBatch.class);

    private final Steps steps;
    private final List<EmbeddingRule> rules;
    private final Optional<BulkInProgress> bulk;
    private final Consumer<List<IngestDocumentWrapper>> handler;
    private final AtomicBoolean handed = new AtomicBoolean();
    private final List<PendingDocument> documents = new ArrayList<>();
    private final Map<PendingDocument, MultiGetRequest.Item> stored = new HashMap<>();
    private final List<IngestDocumentWrapper> wrappers;

    IngestBatch(
            Steps steps,
            List<EmbeddingRule> rules,
            Optional<BulkInProgress> bulk,
            List<IngestDocumentWrapper> wrappers,
            Consumer<List<IngestDocumentWrapper>> handler) {
        this.steps = steps;
        this.rules = rules;
        this.bulk = bulk;
        this.wrappers = wrappers;
        this.handler = handler;
    }

    void start() {
        EmbeddedVectors vectors = bulk.map(BulkInProgress::vectors).orElseGet(EmbeddedVectors::new);
        Map<UpdateRequest, Before> before =
                bulk.map(request -> request.before(wrappers)).orElseGet(HashMap::new);
        for (IngestDocumentWrapper wrapper : wrappers) {
            DocWriteRequest<?> request = bulk.map(all -> all.request(wrapper)).orElse(null);
            UpdateRequest update = bulk.map(all -> all.update(wrapper)).orElse(null);
            boolean creates = request instanceof IndexRequest && request.opType() == DocWriteRequest.OpType.CREATE;
            documents.add(new PendingDocument(
                    wrapper,
                    new PendingDocument.Request(
                            update, before.getOrDefault(update, Before.IN_SIGHT), creates, vectors)));
        }
        step(this::ask);
    }

    /** Runs a step. If it throws, all documents without a failure get this one. */
    private void step(Runnable part) {
        try {
            part.run();
        } catch (Throwable e) {
            ExceptionsHelper.maybeDieOnAnotherThread(e);
            Exception reason = e instanceof Exception exception ? exception : new IllegalStateException(e);
            logger.warn("a batch of [{}] documents could not be embedded: {}", documents.size(), withoutWords(e));
            documents.forEach(document -> document.refuse(reason));
            hand();
        }
    }

    private void ask() {
        if (bulk.isEmpty()) {
            step(() -> embed(Map.of()));
            return;
        }
        List<WriteAccess.Place> places = documents.stream()
                .map(PendingDocument::place)
                .filter(Objects::nonNull)
                .toList();
        steps.access()
                .ask(
                        places,
                        bulk.get().timeout(),
                        refused -> step(() -> {
                            documents.stream()
                                    .filter(document -> refused.containsKey(document.index()))
                                    .forEach(document -> document.refuse(refused.get(document.index())));
                            read();
                        }));
    }

    private void read() {
        for (PendingDocument document : documents) {
            MultiGetRequest.Item item = document.stored(rules);
            if (item != null) {
                stored.put(document, item);
            }
        }
        steps.stored().fetch(List.copyOf(stored.values()), found -> step(() -> embed(found)));
    }

    private void embed(Map<DocumentKey, Stored> found) {
        List<Job<PendingDocument>> jobs = rules.stream()
                .map(rule -> plan(rule, found))
                .filter(job -> !job.texts().isEmpty())
                .toList();
        steps.embedder().run(jobs, outcomes -> step(() -> finish(outcomes)));
    }

    private Job<PendingDocument> plan(EmbeddingRule rule, Map<DocumentKey, Stored> found) {
        Job<PendingDocument> job = Job.of(rule);
        Map<DocumentKey, Stored> current = new HashMap<>();
        for (PendingDocument document : documents) {
            try {
                MultiGetRequest.Item item = stored.get(document);
                DocumentKey key = item == null ? null : bulk.orElseThrow().key(item.index(), item.id());
                Stored first = item == null ? Stored.NONE : found.getOrDefault(DocumentKey.of(item), Stored.NONE);
                Stored before =
                        key == null ? Stored.NONE : document.found(bulk.get(), first, current.getOrDefault(key, first));
                String text = document.textToEmbed(rule, before);
                if (key != null) {
                    current.put(key, document.applied(rule, before));
                }
                if (text != null) {
                    job.add(document, text);
                }
            } catch (RuntimeException e) {
                document.setFailure(rule, e);
            }
        }
        return job;
    }

    private void finish(Collection<Outcome<PendingDocument>> outcomes) {
        outcomes.forEach(outcome -> outcome.apply(RECEIVER));
        try {
            steps.account().enter(documents, outcomes);
        } catch (RuntimeException e) {
            logger.warn("a batch of [{}] documents could not be counted: {}", documents.size(), withoutWords(e));
        }
        hand();
    }

    private static final Outcome.Receiver<PendingDocument> RECEIVER = new Outcome.Receiver<>() {
        @Override
        public void take(PendingDocument document, Outcome<PendingDocument> outcome, int text) {
            Job<PendingDocument> job = outcome.job();
            String vector = VectorValue.encode(outcome.result(text).vector());
            document.setVector(job.rule(), job.texts().get(text), outcome.modelId(), vector);
        }

        @Override
        public void fail(PendingDocument document, EmbeddingRule rule, Exception failure) {
            document.setFailure(rule, failure);
        }
    };

    /** Continues the pipeline, once. If it throws, the documents of its index fail, as those of OpenSearch's batch do. */
    private void hand() {
        if (handed.getAndSet(true)) {
            return;
        }
        try {
            handler.accept(documents.stream().map(PendingDocument::result).toList());
        } catch (Throwable e) {
            ExceptionsHelper.maybeDieOnAnotherThread(e);
            Exception reason = e instanceof Exception exception ? exception : new IllegalStateException(e);
            if (bulk.isEmpty()) {
                throw e;
            }
            logger.warn("the pipeline behind a batch of [{}] documents failed: {}", documents.size(), withoutWords(e));
            bulk.get().fail(wrappers, reason);
        }
    }

    /** Class and place of an exception for logs, without its message, which may quote a document. */
    static String withoutWords(Throwable thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        return thrown.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]);
    }
}
