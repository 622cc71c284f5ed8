/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.Collector;
import dev.embeddingsearch.embedding.DispatchStatus;
import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.embedding.RunAll;
import dev.embeddingsearch.embedding.VectorShape;
import dev.embeddingsearch.embedding.http.CertificateAuthorities;
import dev.embeddingsearch.embedding.http.EmbeddingsApi;
import dev.embeddingsearch.embedding.http.EmbeddingsCall.Target;
import dev.embeddingsearch.embedding.http.Failure;
import dev.embeddingsearch.embedding.http.ModelFailures;
import dev.embeddingsearch.embedding.http.ServiceHttp;
import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.stats.EmbeddingStats;
import java.io.Closeable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.Dns;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.common.Randomness;
import org.opensearch.common.lease.Releasable;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.threadpool.ThreadPool;

/**
 * Embeds texts by calling the services of the configured models. Each distinct text is sent once; calls are as large as
 * the limits allow, shared by all requests, concurrent, and repeated if a retry may help. Each text gets exactly one
 * result. A search waits at most {@code search_timeout}, ingest at most {@code ingest_timeout}. No thread is blocked
 * meanwhile; only the preparation of texts, mostly counting tokens, runs on the calling thread.
 */
public final class EmbeddingClient implements Embedder, Closeable {

    private final Models models;
    private final EmbeddingsApi api;
    private final QueueBudget budget;
    private final Timer timer;
    private final ThreadContext threadContext;
    private final Tokens tokens = new Tokens();
    private final Backoff backoff = new Backoff(() -> Randomness.get().nextDouble());
    private final Map<String, ModelDispatcher> dispatchers = new ConcurrentHashMap<>();

    /** A client for a node. */
    public EmbeddingClient(Models models, CertificateAuthorities authorities, QueueBudget budget, Node node) {
        this(
                models,
                api(models, authorities, node),
                new Timer(node.threadPool(), System::nanoTime),
                node.threadPool().getThreadContext(),
                budget);
    }

    /**
     * What the client uses of a node.
     *
     * @param version version of the plugin, for the {@code User-Agent}
     */
    public record Node(ThreadPool threadPool, String version, EmbeddingStats stats) {}

    private static EmbeddingsApi api(Models models, CertificateAuthorities authorities, Node node) {
        ServiceHttp http =
                new ServiceHttp(models.allowlist(), authorities, "embedding-search/" + node.version(), Dns.SYSTEM);
        return new EmbeddingsApi(models, http, node.stats());
    }

    EmbeddingClient(Models models, EmbeddingsApi api, Timer timer, ThreadContext threadContext, QueueBudget budget) {
        this.models = models;
        this.api = api;
        this.budget = budget;
        this.timer = timer;
        this.threadContext = threadContext;
    }

    @Override
    public void embed(EmbeddingRequest request, ActionListener<List<EmbeddingResult>> listener) {
        ActionListener<List<EmbeddingResult>> preserving =
                ContextPreservingActionListener.wrapPreservingContext(listener, threadContext);
        if (request.texts().isEmpty()) {
            preserving.onResponse(List.of());
            return;
        }
        Admitted admitted;
        try {
            admitted = admit(request);
        } catch (RuntimeException e) {
            preserving.onFailure(e);
            return;
        }
        Collector collector = collector(request, admitted, preserving);
        boolean sent = false;
        try {
            send(request, admitted, collector);
            sent = true;
        } finally {
            if (!sent) { // the listener is called once and the bytes are released, whatever has thrown
                collector.failRest(
                        new ModelFailures(admitted.model()).unexpected().exception());
            }
        }
    }

    /** A request whose bytes are reserved. */
    private record Admitted(
            EmbeddingModel model, VectorShape shape, ModelDispatcher dispatcher, RequestSize size, Releasable bytes) {}

    /**
     * Finds the model and reserves the bytes of the request.
     *
     * @throws IllegalArgumentException if the model is not configured or cannot return the dimensions
     * @throws OpenSearchRejectedExecutionException if the queue is full
     */
    private Admitted admit(EmbeddingRequest request) {
        EmbeddingModel model = models.get(request.model());
        VectorShape shape = VectorShape.of(model, request.dimensions());
        ModelDispatcher dispatcher = dispatchers.computeIfAbsent(
                model.name(), name -> new ModelDispatcher(api, timer, backoff, budget.new Share()));
        QueueBudget.Share budgetOfModel = dispatcher.budget();
        RequestSize size = new RequestSize(model, request, shape, budgetOfModel.maxBytes(request.purpose()));
        return new Admitted(model, shape, dispatcher, size, budgetOfModel.reserve(request.purpose(), size.bytes()));
    }

    private void send(EmbeddingRequest request, Admitted admitted, Collector collector) {
        ModelDispatcher dispatcher = admitted.dispatcher();
        Failure refusal = dispatcher.refusal(admitted.model());
        if (refusal != null) {
            collector.failRest(refusal.exception());
            return;
        }
        Target target = new Target(admitted.model(), request.side(), request.purpose(), admitted.shape());
        List<Input> inputs = List.of();
        dispatcher.announce(request.purpose());
        try {
            inputs = new Preparation(tokens, admitted.model(), request).prepare(admitted.size(), collector);
        } finally {
            dispatcher.submit(target, inputs);
        }
    }

    /** A collector for the results of the request, which fails missing results after its timeout. */
    private Collector collector(
            EmbeddingRequest request, Admitted admitted, ActionListener<List<EmbeddingResult>> listener) {
        EmbeddingModel model = admitted.model();
        ActionListener<List<EmbeddingResult>> releasing = ActionListener.runBefore(listener, admitted.bytes()::close);
        int texts = request.texts().size();
        boolean search = request.purpose() == Purpose.SEARCH;
        TimeValue time =
                search ? model.limits().searchTimeout() : model.limits().ingestTimeout();
        if (time.nanos() <= 0) {
            return new Collector(texts, releasing);
        }
        Deadline deadline = new Deadline();
        Collector collector = new Collector(texts, deadline.stoppedBy(releasing));
        deadline.start(timer.scheduler(), time, () -> {
            EmbeddingException late = new ModelFailures(model)
                    .late(time, search ? "search_timeout" : "ingest_timeout", collector.lastAttempt());
            RunAll.run(() -> collector.failRest(late), admitted.dispatcher()::dropAbandoned);
        });
        return collector;
    }

    /** The state of the calls, by the names of the models that were called since the node started. */
    public Map<String, DispatchStatus> status() {
        Map<String, DispatchStatus> status = new TreeMap<>();
        dispatchers.forEach((model, dispatcher) -> status.put(model, dispatcher.status()));
        return status;
    }

    /** Fails all texts that have no result yet. Later requests fail in the same way. */
    @Override
    public void close() {
        api.close();
        RunAll.run(dispatchers.values().stream()
                .<Runnable>map(dispatcher -> dispatcher::close)
                .toList());
    }
}
