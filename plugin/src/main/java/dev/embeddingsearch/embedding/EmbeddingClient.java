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
    private final Map<String, Lane> lanes = new ConcurrentHashMap<>();

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
        EmbeddingModel model;
        VectorShape shape;
        try {
            model = models.get(request.model());
            shape = VectorShape.of(model, request.dimensions());
        } catch (IllegalArgumentException e) {
            preserving.onFailure(e);
            return;
        }
        if (request.texts().isEmpty()) {
            preserving.onResponse(List.of());
            return;
        }
        Lane lane = lanes.computeIfAbsent(model.name(), name -> new Lane(http, timer, backoff, budget.new Share()));
        Releasable bytes;
        try {
            bytes = lane.budget().reserve(request.purpose(), bytes(request, shape));
        } catch (OpenSearchRejectedExecutionException e) {
            preserving.onFailure(e);
            return;
        }
        Collector collector = collector(request, model, lane, ActionListener.runBefore(preserving, bytes::close));
        Batch.Target target = new Batch.Target(model, request.side(), request.purpose(), shape);
        Failure refusal = lane.refusal(model);
        if (refusal != null) {
            collector.failRest(refusal.exception());
            return;
        }
        List<Input> inputs = List.of();
        lane.announce(request.purpose());
        try {
            inputs = new Preparation(tokens, model, request).prepare(collector);
        } finally {
            lane.submit(target, inputs);
        }
    }

    /** About as many as texts, their copies in the request's body, and vectors take. */
    private static long bytes(EmbeddingRequest request, VectorShape shape) {
        long chars = request.texts().stream().mapToLong(String::length).sum();
        int dimensions = Math.max(shape.expected(), shape.wanted());
        long vector = 4L * (dimensions > 0 ? dimensions : 1024);
        return 3 * chars + request.texts().size() * (vector + 100);
    }

    /** Gathers the results, those that come in the time the request has. */
    private Collector collector(
            EmbeddingRequest request, EmbeddingModel model, Lane lane, ActionListener<List<EmbeddingResult>> listener) {
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
            Each.run(() -> collector.failRest(late), lane::dropAbandoned);
        });
        return collector;
    }

    /** How calls stand, by the names of the models that were called since the node started. */
    public Map<String, LaneStatus> status() {
        Map<String, LaneStatus> status = new TreeMap<>();
        lanes.forEach((model, lane) -> status.put(model, lane.status()));
        return status;
    }

    /** Ends everything under way, each text with its failure. Later requests fail in the same way. */
    @Override
    public void close() {
        http.close();
        Each.run(lanes.values().stream().<Runnable>map(lane -> lane::close).toList());
    }
}
