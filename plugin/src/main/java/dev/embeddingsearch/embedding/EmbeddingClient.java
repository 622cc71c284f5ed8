/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

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
 * Embeds texts by calling the services of the configured models: each distinct text once, in calls as large as the limits
 * allow and shared by all requests, several at a time, sent again where that helps, and with one result a text whatever
 * happens. A search gets what is there in {@code search_timeout}, ingest in {@code ingest_timeout}. Waiting takes no thread. Only the preparation, counting
 * tokens above all, happens on the caller's thread.
 */
public final class EmbeddingClient implements Embedder, Closeable {

    private final Models models;
    private final ServiceHttp http;
    private final QueueBudget budget;
    private final Timer timer;
    private final ThreadContext threadContext;
    private final Tokens tokens = new Tokens();
    private final Backoff backoff = new Backoff(() -> Randomness.get().nextDouble());
    private final Map<String, ModelDispatcher> lanes = new ConcurrentHashMap<>();

    /** A client for a node. */
    public EmbeddingClient(Models models, CertificateAuthorities authorities, QueueBudget budget, Node node) {
        this(
                models,
                new ServiceHttp(models, authorities, "embedding-search/" + node.version(), Dns.SYSTEM, node.stats()),
                new Timer(node.threadPool(), System::nanoTime),
                node.threadPool().getThreadContext(),
                budget);
    }

    /**
     * What a node offers.
     *
     * @param version of the plugin, for the {@code User-Agent}
     */
    public record Node(ThreadPool threadPool, String version, EmbeddingStats stats) {}

    EmbeddingClient(Models models, ServiceHttp http, Timer timer, ThreadContext threadContext, QueueBudget budget) {
        this.models = models;
        this.http = http;
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
        boolean taken = false;
        try {
            send(request, admitted, collector);
            taken = true;
        } finally {
            if (!taken) { // whatever was thrown, be it by the listener: it hears once, and bytes are given back
                collector.failRest(
                        new FailureMapper(admitted.model()).unexpected().exception());
            }
        }
    }

    /** A request that there is room for, until its bytes are given back. */
    private record Admitted(
            EmbeddingModel model, VectorShape shape, ModelDispatcher lane, RequestSize size, Releasable bytes) {}

    /**
     * Finds the model and reserves bytes.
     *
     * @throws IllegalArgumentException if the model is not configured, or not for this
     * @throws OpenSearchRejectedExecutionException if there is no room
     */
    private Admitted admit(EmbeddingRequest request) {
        EmbeddingModel model = models.get(request.model());
        VectorShape shape = VectorShape.of(model, request.dimensions());
        ModelDispatcher lane = lanes.computeIfAbsent(
                model.name(), name -> new ModelDispatcher(http, timer, backoff, budget.new Share()));
        QueueBudget.Share room = lane.budget();
        RequestSize size = new RequestSize(model, request, shape, room.mostOf(request.purpose()));
        return new Admitted(model, shape, lane, size, room.reserve(request.purpose(), size.bytes()));
    }

    private void send(EmbeddingRequest request, Admitted admitted, Collector collector) {
        ModelDispatcher lane = admitted.lane();
        Failure refusal = lane.refusal(admitted.model());
        if (refusal != null) {
            collector.failRest(refusal.exception());
            return;
        }
        Batch.Target target = new Batch.Target(admitted.model(), request.side(), request.purpose(), admitted.shape());
        List<Input> inputs = List.of();
        lane.announce(request.purpose());
        try {
            inputs = new Preparation(tokens, admitted.model(), request).prepare(admitted.size(), collector);
        } finally {
            lane.submit(target, inputs);
        }
    }

    /** Gathers the results, those that come in the time the request has. */
    private Collector collector(
            EmbeddingRequest request, Admitted admitted, ActionListener<List<EmbeddingResult>> whole) {
        EmbeddingModel model = admitted.model();
        ActionListener<List<EmbeddingResult>> listener = ActionListener.runBefore(whole, admitted.bytes()::close);
        int texts = request.texts().size();
        boolean search = request.purpose() == Purpose.SEARCH;
        TimeValue time =
                search ? model.limits().searchTimeout() : model.limits().ingestTimeout();
        if (time.nanos() <= 0) {
            return new Collector(texts, listener);
        }
        Deadline deadline = new Deadline();
        Collector collector = new Collector(texts, deadline.stoppedBy(listener));
        deadline.start(timer.scheduler(), time, () -> {
            EmbeddingException late = new FailureMapper(model)
                    .late(time, search ? "search_timeout" : "ingest_timeout", collector.lastAttempt());
            RunAll.run(() -> collector.failRest(late), admitted.lane()::dropAbandoned);
        });
        return collector;
    }

    /** How calls stand, by the names of the models that were called since the node started. */
    public Map<String, DispatchStatus> status() {
        Map<String, DispatchStatus> status = new TreeMap<>();
        lanes.forEach((model, lane) -> status.put(model, lane.status()));
        return status;
    }

    /** Ends everything under way, each text with its failure. Later requests fail in the same way. */
    @Override
    public void close() {
        http.close();
        RunAll.run(lanes.values().stream().<Runnable>map(lane -> lane::close).toList());
    }
}
